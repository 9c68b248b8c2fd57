"""Telling people in their inbox that work they asked for has ended."""

from drillreg.i18n import N_
from drillreg.notices.operations import notify
from drillreg.work.models import WorkItem
from drillreg.work.rules import WorkState

# Where the pages of one's own work lie; a job has no request to build addresses from.
PAGES = "work"
SENTENCES = {
    WorkState.DONE: N_("“%(title)s” is done."),
    WorkState.FAILED: N_("“%(title)s” failed. Look why, and start it again if it helps."),
}


def tell_work_end(item: WorkItem) -> None:
    """Write one notice to whoever asked for a piece that is done or has failed."""
    sentence = SENTENCES.get(item.state)
    if sentence is None or item.account_id is None or item.finished_at is None:
        return
    result_url = (item.result or {}).get("url") if item.state is WorkState.DONE else None
    notify(
        [item.account_id],
        occasion=f"work:{item.id}:{item.attempts}",
        kind=f"work-{item.state.value}",
        message=sentence,
        params={"title": item.title},
        url=result_url or f"/{PAGES}/{item.public_id}",
        now=item.finished_at,
    )
