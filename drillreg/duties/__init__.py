"""What the law asks of whom, by when, and whether the records show it done.

Rules are data (`data/rules`, `data/texts`, and what a county decided); evaluation is pure; results
are a cache that says until when it holds.
"""
