"""Reading the forms of patrol plans and inspections."""
