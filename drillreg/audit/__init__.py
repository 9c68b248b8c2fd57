"""The trail: who did what, when, to which record, sealed against changes."""
