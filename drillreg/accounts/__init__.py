"""People, posts, accounts, roles and the guard in front of every view."""
