"""The plan register: plans, versions, their papers."""
