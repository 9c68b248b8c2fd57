"""The plan register: plans, versions, their papers, the coverage matrix."""
