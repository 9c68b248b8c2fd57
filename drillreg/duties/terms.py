"""The words in which a rule is written: what is owed, the force of a source, how time enters."""

from enum import StrEnum


class Owed(StrEnum):
    """What kind of thing is owed."""

    PLAN = "plan"
    FILE = "file"
    PUBLISH = "publish"
    EVALUATE = "evaluate"
    REVISE = "revise"
    DRILL = "drill"
    CHECK = "check"
    REPORT = "report"
    TRAIN = "train"


class Force(StrEnum):
    """The force of a source; "违反" is said only of the first three."""

    LAW = "law"
    ADMINISTRATIVE = "administrative-regulation"
    DEPARTMENT = "department-rule"
    NORMATIVE = "normative-document"
    STANDARD = "standard"
    GUIDE = "guide"
    LOCAL = "local"


BREACHABLE = frozenset({Force.LAW, Force.ADMINISTRATIVE, Force.DEPARTMENT})


class Severity(StrEnum):
    """How much depends on it; orders what is late on the same day."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Shape(StrEnum):
    """How time enters a rule.

    PERIOD: so many within each period. STANDING: one must be in force at any time. AFTER: something
    must follow an event within so many days.
    """

    PERIOD = "period"
    STANDING = "standing"
    AFTER = "after"


class Unit(StrEnum):
    """The unit of a period."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"


MONTHS = {Unit.MONTH: 1, Unit.QUARTER: 3, Unit.HALF_YEAR: 6, Unit.YEAR: 12}


class Anchor(StrEnum):
    """Whether periods are those of the calendar, or run from the last time it was done."""

    CALENDAR = "calendar"
    ROLLING = "rolling"


class WindowPart(StrEnum):
    """Which part of a season is meant."""

    DURING = "during"
    BEFORE = "before"
    AFTER = "after"


class Days(StrEnum):
    """How days are counted: 个工作日, 日."""

    WORKING = "working"
    CALENDAR = "calendar"


class Basis(StrEnum):
    """What one result is about: the counting basis of a rule."""

    ORG = "org"
    PLAN = "plan"
    PLAN_TYPE = "plan-type"
    SITE = "site"
    DRILL = "drill"
    DANGER = "danger"
    FILING = "filing"
    EVENT_TYPE = "event-type"


# The attribute of evidence that names what a result is about.
KEYS = {
    Basis.PLAN: "plan_id",
    Basis.PLAN_TYPE: "plan_id",
    Basis.SITE: "site",
    Basis.DRILL: "drill_id",
    Basis.DANGER: "danger_id",
    Basis.FILING: "filing_id",
}


class Ground(StrEnum):
    """What an organisation says against a result: the rule is not for it, the record is wrong."""

    NOT_BOUND = "not-bound"
    RECORD = "record"


class DisputeAnswer(StrEnum):
    """What the level above answers: it was put right, or it stays as it is."""

    CORRECTED = "corrected"
    KEPT = "kept"
