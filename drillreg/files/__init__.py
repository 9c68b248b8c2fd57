"""Stored files: content-addressed, never overwritten, handed out by the feature that owns them."""
