"""Proof that something was done, with its grade; written by every feature, read by duties."""
