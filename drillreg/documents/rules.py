"""How document numbers read."""

from drillreg.core.errors import DomainError
from drillreg.i18n import N_

NUMBER, YEAR = "{number}", "{year}"


def number_text(template: str, *, year: int, number: int) -> str:
    """Return a document number from a template such as "青应急报〔{year}〕{number}号"."""
    return template.replace(YEAR, str(year)).replace(NUMBER, str(number))


def ensure_template(template: str) -> None:
    """Refuse a template in which the number or the year has no place exactly once."""
    if template.count(NUMBER) != 1 or template.count(YEAR) > 1:
        raise DomainError(N_("A number series needs one place for the number."))
