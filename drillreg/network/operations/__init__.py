"""Changing the network: posts and contacts, rosters, hand-over notes."""
