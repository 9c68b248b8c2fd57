"""Changing programmes, drills and records; nothing here commits."""
