"""Reading the forms of contacts and rosters."""
