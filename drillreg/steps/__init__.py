"""The one log of sign-offs: who took which step of a record, for whom, with which remark."""
