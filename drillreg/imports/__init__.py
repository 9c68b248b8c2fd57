"""The one way in for tables: header found, columns mapped, previewed, applied, undone."""
