"""Untrusted files are opened and documents rendered here, each in a closed child process."""
