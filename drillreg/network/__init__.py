"""Posts, contacts and who can be reached: the network of a county, and its duty roster."""
