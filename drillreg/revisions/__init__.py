"""Why a plan is looked at again: alignment, triggers, evaluations, the yearly drafting plan."""
