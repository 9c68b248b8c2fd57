"""The one table of tasks: assigned, passed on, done, chased."""
