"""Acts of a sign-off: moving it on, asking for opinions, entering experts."""
