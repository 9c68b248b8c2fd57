"""Fixtures: plans in the small county."""

from datetime import UTC, date, datetime

import pytest

from drillreg.files.models import StoredFile
from drillreg.plans.models import Plan, PlanFile, PlanVersion
from drillreg.plans.rules import Secrecy, VersionState, review_date

WRITTEN = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)


@pytest.fixture
def make_plan(keep):
    """Keep a plan: in force since a day, or a draft; with papers as rows only."""

    def make(
        org,
        event_type="geological",
        *,
        title=None,
        kind="special",
        issued_on=date(2026, 3, 2),
        review_on=None,
        number="白府发〔2026〕12号",
        draft=False,
        papers=1,
        secrecy=Secrecy.PUBLIC,
        parent=None,
    ):
        versions = []
        if issued_on:
            versions.append(
                PlanVersion(
                    number=1,
                    state=VersionState.CURRENT,
                    document_number=number,
                    issued_on=issued_on,
                    review_on=review_on or review_date(issued_on),
                    created_at=WRITTEN,
                )
            )
        if draft or not issued_on:
            versions.append(
                PlanVersion(
                    number=len(versions) + 1,
                    state=VersionState.DRAFT,
                    created_at=WRITTEN,
                    files=[PlanFile(file=paper(n)) for n in range(papers)],
                )
            )
        return keep(
            Plan(
                org_id=org.id,
                kind=kind,
                event_type=event_type,
                title=title or f"{org.name}{event_type}应急预案",
                parent_plan_id=parent.id if parent else None,
                secrecy=secrecy,
                created_at=WRITTEN,
                versions=versions,
            )
        )

    return make


def paper(number):
    """Return the row of a stored PDF."""
    return StoredFile(
        sha256=f"{number:064d}",
        size=2048,
        media_type="application/pdf",
        name=f"正文{number}.pdf",
        created_at=WRITTEN,
    )
