"""Pictures of every page and of every page of the sample report: `python -m tests.shots`."""
