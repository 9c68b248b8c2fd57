"""The inbox: one notice per occasion, person and kind."""
