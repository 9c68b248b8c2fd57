"""Grants beyond the territory, and who can see a record and why."""
