"""Hazard sites, the checks on them and the import of ledgers."""
