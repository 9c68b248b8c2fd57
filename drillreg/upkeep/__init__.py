"""Looking after an installation: health, doctor, backup and restore, creating the database."""
