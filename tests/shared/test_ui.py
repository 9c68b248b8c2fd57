"""The shared macros: what a person sees, and what hostile input cannot do."""

from collections.abc import Callable
from types import SimpleNamespace

from bs4 import BeautifulSoup

from drillreg.core.errors import FieldError, FormErrors
from drillreg.core.reading import FormView

Render = Callable[..., BeautifulSoup]


def refused(render: Render, source: str) -> BeautifulSoup:
    error = FormErrors([FieldError("held_on", "The date lies in the future.", {})])
    return render(source, make_form=lambda: FormView({"held_on": "2026-11-26"}, error))


def test_a_refused_field_shows_its_value_and_what_is_wrong(render: Render) -> None:
    page = refused(render, "{{ ui.date_field(make_form(), 'held_on', 'Date', hint='a day') }}")
    field = page.select_one("input#f-held_on")
    assert field["value"] == "2026-11-26"
    assert field["aria-invalid"] == "true"
    assert field["aria-describedby"] == "h-held_on e-held_on"
    assert "in the future" in page.select_one("#e-held_on").text


def test_the_error_summary_leads_to_the_field(render: Render) -> None:
    page = refused(render, "{{ ui.error_summary(make_form()) }}")
    assert page.select_one("[role=alert] a")["href"] == "#f-held_on"
    assert page.select_one("h2").text == "One thing needs correcting"


def test_typed_markup_stays_text(render: Render) -> None:
    form = FormView({"name": '"><script>x</script>', "notes": "</textarea><b>x</b>"})
    page = render(
        "{{ ui.field(form, 'name', 'Name') }}{{ ui.textarea(form, 'notes', 'N') }}", form=form
    )
    assert page.find("script") is None
    assert page.find("b") is None
    assert page.select_one("#f-name")["value"] == '"><script>x</script>'


def test_a_password_is_never_sent_back(render: Render) -> None:
    form = FormView({"password": "secret"})
    page = render("{{ ui.field(form, 'password', 'Password', type='password') }}", form=form)
    assert not page.select_one("#f-password").has_attr("value")


def test_attributes_are_passed_on(render: Render) -> None:
    source = "{{ ui.field(form, 'n', 'N', inputmode='numeric', data_x='1', readonly=True) }}"
    field = render(source, form=FormView({})).select_one("#f-n")
    assert (field["inputmode"], field["data-x"], field["readonly"]) == ("numeric", "1", "")


def test_a_select_marks_what_was_chosen(render: Render) -> None:
    source = "{{ ui.select(form, 'kind', 'Kind', [(1, 'one'), (2, 'two')]) }}"
    page = render(source, form=FormView({"kind": "2"}))
    assert page.select_one("option[selected]").text == "two"


def test_radios_have_a_legend_and_the_first_takes_the_link(render: Render) -> None:
    source = "{{ ui.radios(form, 'mode', 'How', [('a', 'A'), ('b', 'B')], required=True) }}"
    page = render(source, form=FormView({"mode": "b"}))
    assert page.select_one("legend").text.strip() == "How"
    assert page.select_one("#f-mode")["value"] == "a"
    assert page.select_one("input[checked]")["value"] == "b"


def test_the_next_page_keeps_the_filter(render: Render) -> None:
    source = "{{ ui.pager(page, total=49) }}"
    page = render(
        source,
        path="/list?lang=en&town=1&town=2&after=old",
        page=SimpleNamespace(rows=[1, 2], next_cursor="n&w"),
    )
    following = page.select_one("a[rel=next]")["href"]
    assert following == "/list?lang=en&town=1&town=2&after=n%26w"
    assert "49 in all" in page.text


def test_arguments_cannot_lead_elsewhere(render: Render) -> None:
    page = render(
        "<a href=\"{{ ui.address_with({'sort': 'x'}) }}\">x</a>",
        path="/list?_scheme=javascript&_external=1&_anchor=x",
    )
    assert page.a["href"].startswith("/list?")


def test_a_sorted_column_says_its_direction(render: Render) -> None:
    source = "<table><tr>{{ ui.sort_header('Level', 'level', 'level') }}</tr></table>"
    head = render(source).select_one("th")
    assert head["aria-sort"] == "ascending"
    assert "sort=-level" in head.a["href"]


def test_colours_always_carry_their_word(render: Render) -> None:
    page = render("{{ ui.level('blue') }}{{ ui.grade('evidenced') }}", path="/?lang=zh_Hans_CN")
    assert page.text == "蓝 低有佐证"
    assert page.select_one(".dr-level.sky")


def test_work_asks_for_itself_only_while_it_runs(render: Render) -> None:
    item = {"title": "Import", "done": 3, "total": 9, "state": "running"}
    source = "{{ ui.progress(item, '/work/1') }}"
    assert render(source, item=item).select_one("[hx-get='/work/1']")
    assert not render(source, item={**item, "state": "done"}).select_one("[hx-get]")


def test_a_gauge_keeps_the_grades_apart(render: Render) -> None:
    page = render("{{ ui.gauge('Plans', 78, 36, 18, 18, 150) }}")
    assert [i["class"] for i in page.select("i")] == [
        ["a", "w-52"], ["b", "w-24"], ["c", "w-12"], ["d", "w-12"],
    ]  # fmt: skip


def test_a_thread_links_all_but_the_place_one_is_at(render: Render) -> None:
    items = [
        {"label": "Site", "text": "Slope", "url": "/s", "state": "done"},
        {"label": "Plan", "text": "3rd", "url": "/p", "state": "here"},
        {"label": "Drill", "text": "none", "state": "none"},
    ]
    page = render("{{ ui.thread(items) }}", items=items)
    assert [a["href"] for a in page.select("a")] == ["/s"]
    assert page.select_one("[aria-current]").select_one(".k").text == "Plan"
