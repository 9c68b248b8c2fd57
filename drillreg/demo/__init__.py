"""The fictional county that a new installation can start with."""
