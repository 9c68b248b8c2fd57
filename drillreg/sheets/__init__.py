"""Spreadsheets and CSV: reading them in the sandbox, matching their columns, writing them."""
