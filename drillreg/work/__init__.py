"""Background work: a row says what to do, how far it is and what came out."""
