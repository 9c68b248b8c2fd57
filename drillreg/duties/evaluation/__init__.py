"""Evaluation: pure functions from rules, an organisation, its proofs and a day to results."""
