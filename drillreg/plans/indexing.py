"""x."""

from drillreg.fulltext.operations import bring_up_to_date
