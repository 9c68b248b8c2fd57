"""Tasks, the to-do list and the chasing list: everything that somebody has to do, in one place."""
