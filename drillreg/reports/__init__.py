"""After-action reports: written from the drill, approved by a leader, frozen as PDF."""
