"""Organisations and divisions through time, and the scope every read takes."""
