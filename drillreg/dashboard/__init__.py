"""First pages after sign-in, and the search."""
