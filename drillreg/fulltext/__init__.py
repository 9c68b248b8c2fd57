"""One index of texts: written by features, searched within a scope."""
