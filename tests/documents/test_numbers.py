"""Document numbers: in order, without gaps, each once, also when many ask at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.documents.models import IssuedNumber, NumberSeries
from drillreg.documents.operations.numbers import issue_number
from drillreg.documents.rules import number_text

TEMPLATE = "青应急报〔{year}〕{number}号"


@pytest.fixture
def issue(app, make_org, frozen):
    org = make_org()

    def give(subject_id, **other):
        wanted = {
            "issuer_org_id": org.id,
            "document_kind": "report",
            "year": 2026,
            "now": frozen.now,
            "subject_kind": "drill",
            "subject_id": subject_id,
            "template": TEMPLATE,
        }
        return issue_number(**{**wanted, **other})

    return give


def test_numbers_follow_one_another(app, issue):
    with app.app_context(), unit_of_work():
        assert issue(1) == "青应急报〔2026〕1号"
        assert issue(2) == "青应急报〔2026〕2号"
        assert issue(3, year=2027) == "青应急报〔2027〕1号"
        assert issue(4, document_kind="notice", template="{number}") == "1"


def test_a_subject_keeps_its_number(app, issue):
    with app.app_context(), unit_of_work():
        assert issue(1) == issue(1)
        assert issue(2) == "青应急报〔2026〕2号"


def test_a_series_keeps_the_template_it_began_with(app, issue):
    with app.app_context(), unit_of_work():
        issue(1)
        assert issue(2, template="X{number}") == "青应急报〔2026〕2号"


@pytest.mark.parametrize(
    "template", ["", "〔{year}〕号", "{number}{number}", "{year}{year}{number}"]
)
def test_a_template_needs_one_place_for_the_number(app, issue, template):
    with app.app_context(), pytest.raises(DomainError), unit_of_work():
        issue(1, template=template)


def test_a_template_is_no_format_string():
    assert number_text("{0}{number!r}{year}{number}", year=2026, number=3) == "{0}{number!r}20263"


def test_a_failed_unit_leaves_no_gap(app, issue):
    def fail_later():
        with unit_of_work():
            issue(1)
            raise RuntimeError("something later failed")

    with app.app_context():
        with pytest.raises(RuntimeError, match="later"):
            fail_later()
        with unit_of_work():
            assert issue(2) == "青应急报〔2026〕1号"


def test_many_at_once_get_each_number_once(app, issue):
    together = threading.Barrier(6)

    def work(worker):
        together.wait()
        for turn in range(5):
            with app.app_context(), unit_of_work():
                issue(worker * 5 + turn)
                issue(1000)  # all ask for the same subject as well

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    with app.app_context():
        numbers = db.session.scalars(select(IssuedNumber.number).order_by(IssuedNumber.number))
        assert list(numbers) == list(range(1, 32))
        assert db.session.scalar(select(NumberSeries.last_number)) == 31
