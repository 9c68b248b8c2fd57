"""Writing a plan here: a section at a time, saved while one types, never over somebody's text."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from drillreg.core import clock
from drillreg.core.access import Permission, current_actor, requires
from drillreg.core.errors import NotFound
from drillreg.core.page import instant
from drillreg.core.reading import form_view
from drillreg.core.web import form_of, see_other, writes
from drillreg.documents.markdown import to_html
from drillreg.i18n import N_, translate
from drillreg.plans.forms import read_text
from drillreg.plans.merging import BOTH, MINE, THEIRS, conflicts, merge, text_of
from drillreg.plans.models import Plan
from drillreg.plans.routes.blueprint import bp, plan_to_change
from drillreg.plans.sections import (
    DraftShut,
    Placed,
    as_typed,
    editor_of,
    placed,
    section_of,
    template_of,
)
from drillreg.plans.writing import (
    Saved,
    TextsDiffer,
    ensure_writable,
    save_text,
    start_from_template,
)

P = ParamSpec("P")
CHOICES = (BOTH, THEIRS, MINE)


@bp.get("/<int:plan_id>/write")
@requires(Permission.EDIT_PLANS)
def write(plan_id: int) -> str:
    """Open the draft at the first section that needs a text; offer the template where none is."""
    plan = plan_to_change(plan_id)
    found = placed(plan, plan.draft) if plan.draft else []
    if not found:
        return render_template(
            "plans/begin.html", plan=plan, form=form_view(), template=template_of(plan)
        )
    return _page(plan, found, next((each for each in found if each.is_missing), found[0]))


@bp.post("/<int:plan_id>/write")
@requires(Permission.EDIT_PLANS)
@form_of(write)
@writes
def begin(plan_id: int) -> ResponseReturnValue:
    """Lay the sections of the template into the draft."""
    plan = plan_to_change(plan_id)
    start_from_template(plan=plan, actor=current_actor(), now=clock.now())
    return see_other(url_for(".write", plan_id=plan.id))


@bp.get("/<int:plan_id>/write/<int:section_id>")
@requires(Permission.EDIT_PLANS)
def write_section(plan_id: int, section_id: int) -> str:
    """Show one section of the draft to write, beside the outline."""
    plan = plan_to_change(plan_id)
    draft = ensure_writable(plan)
    wanted, found = section_of(draft, section_id), placed(plan, draft)
    return _page(plan, found, next(each for each in found if each.section is wanted))


def _page(plan: Plan, found: list[Placed], here: Placed) -> str:
    at, body = found.index(here), as_typed(here.section.body)
    form = form_view(base=body, body=body)
    return render_template(
        "plans/write.html",
        plan=plan,
        draft=plan.draft,
        sections=found,
        here=here,
        following=found[at + 1] if at + 1 < len(found) else None,
        form=form,
        preview=to_html(str(form.value("body"))),
        editor=editor_of(here.section),
    )


def _choosing(
    view: Callable[P, ResponseReturnValue],
) -> Callable[P, ResponseReturnValue]:
    """Show both texts where two people changed the same lines; nothing of either is lost.

    What cannot be saved at all, because the draft is shut, is handed back to be copied.
    """

    @wraps(view)
    def or_choose(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        try:
            return view(*args, **kwargs)
        except TextsDiffer as error:
            page = render_template("plans/choose.html", found=error, **kwargs)
            return make_response(page, error.status)
        except (DraftShut, NotFound) as error:
            said = translate(error.message, **error.params)
            text = read_text(request.form)[1]
            page = render_template("plans/kept.html", said=said, text=text, **kwargs)
            return make_response(page, error.status)

    return or_choose


def _save(plan: Plan, section_id: int, base: str, body: str) -> Saved:
    sent = request.form.get("sent")
    return save_text(
        plan=plan,
        section_id=section_id,
        base=base,
        body=body,
        sent=None if sent is None else as_typed(sent),
        actor=current_actor(),
        now=clock.now(),
    )


def _tell(saved: Saved) -> None:
    if saved.merged:
        flash(translate(N_("Somebody else wrote in this section too; both are saved.")), "success")
    else:
        flash(translate(N_("The section was saved.")), "success")


@bp.post("/<int:plan_id>/write/<int:section_id>")
@requires(Permission.EDIT_PLANS)
@form_of(write_section)
@_choosing
@writes
def save(plan_id: int, section_id: int) -> ResponseReturnValue:
    """Save the section, and go on to the one that the button names."""
    plan = plan_to_change(plan_id)
    _tell(_save(plan, section_id, *read_text(request.form)))
    following = request.form.get("next", "")
    target = int(following) if following.isascii() and following.isdigit() else section_id
    return see_other(url_for(".write_section", plan_id=plan.id, section_id=target))


@bp.post("/<int:plan_id>/write/<int:section_id>/autosave")
@requires(Permission.EDIT_PLANS)
@writes
def autosave(plan_id: int, section_id: int) -> ResponseReturnValue:
    """Save what stands in the box while somebody types; the answer is for the script."""
    saved = _save(plan_to_change(plan_id), section_id, *read_text(request.form))
    moment = instant(saved.section.edited_at)
    return {
        "said": translate(N_("Saved at %(time)s"), time=moment[-5:]),
        "body": saved.section.body,
        "merged": translate(N_("Somebody else wrote in this section too; both are saved."))
        if saved.merged
        else "",
        "preview": to_html(saved.section.body),
    }


@bp.post("/<int:plan_id>/write/<int:section_id>/choose")
@requires(Permission.EDIT_PLANS)
@_choosing
@writes
def choose(plan_id: int, section_id: int) -> ResponseReturnValue:
    """Save a text put together from two, as chosen; what was not decided on keeps both."""
    plan = plan_to_change(plan_id)
    base, mine = read_text(request.form)
    theirs = as_typed(request.form.get("theirs", ""))
    chunks = merge(base, theirs, mine)
    chosen = [request.form.get(f"choice-{at}", "") for at in range(len(conflicts(chunks)))]
    text = text_of(chunks, [each if each in CHOICES else BOTH for each in chosen])
    _tell(_save(plan, section_id, theirs, text))
    return see_other(url_for(".write_section", plan_id=plan.id, section_id=section_id))
