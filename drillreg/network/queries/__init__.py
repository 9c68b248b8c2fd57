"""Reading the network: contacts, what is missing of them, rosters."""
