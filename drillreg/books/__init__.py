"""Plans as papers to hand round: compiled books, abridged versions, action cards."""
