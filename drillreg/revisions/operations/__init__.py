"""Acts of revisions: reasons, evaluations, drafting plans."""
