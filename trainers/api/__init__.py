"""The timetable's API."""
