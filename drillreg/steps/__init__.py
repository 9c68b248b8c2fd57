"""The one log of sign-offs: who did what with which record, for whom, and with which remark."""
