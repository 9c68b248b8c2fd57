"""Whom to call: posts and contacts, what is missing of them, and who is on duty."""
