"""Changes of patrol plans and inspections."""
