"""What an office sets for itself: settings, code lists, calendars; and its system pages."""
