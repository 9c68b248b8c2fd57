"""Rescue teams, supplies with their expiry, shelters with their capacity."""
