"""Showing personal numbers only as far as needed: 138****0000."""

SHOWN_AT_END = 4
HIDDEN = 4


def masked_phone(phone: str | None) -> str:
    """Return a phone number with the four digits before the last four hidden.

    Of a short number more is hidden than shown; blanks and hyphens stay where they are.
    """
    text = phone or ""
    places = [at for at, sign in enumerate(text) if sign.isdigit()]
    shown = SHOWN_AT_END if len(places) > SHOWN_AT_END + HIDDEN // 2 else len(places) // 3
    last = len(places) - shown
    hidden = set(places[max(last - HIDDEN, 0) : last])
    return "".join("*" if at in hidden else sign for at, sign in enumerate(text))
