"""Fixtures of books: plans of the small county."""

from tests.plans.conftest import make_plan  # noqa: F401 - a fixture
