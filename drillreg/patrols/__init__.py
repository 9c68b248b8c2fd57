"""Patrols and inspections: who must look where and when, what was done, what was missed."""
