"""What changes reports: writing, signing, freezing, and corrective actions."""
