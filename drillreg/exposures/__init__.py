"""What lies in reach of a hazard site: kept links with method, day and assumptions."""
