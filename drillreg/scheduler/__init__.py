"""The timetable and the processes that run it."""
