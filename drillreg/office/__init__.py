"""What a county sets for itself: settings, code lists, calendars."""
