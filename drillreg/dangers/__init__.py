"""Hidden dangers: found, put right, reported, verified, struck off; returns and statistics."""
