"""What the index finds against a plain scan of the same texts, on both databases."""

import random
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from drillreg.core.db import db, unit_of_work
from drillreg.fulltext.models import FulltextDocument, FulltextEntry, FulltextText
from drillreg.fulltext.operations import Part, bring_up_to_date, forget_all
from drillreg.fulltext.queries import best_texts, has_term, holding
from drillreg.fulltext.rules import PIECE, terms_of

NOW = datetime(2026, 5, 12, 1, 30, tzinfo=UTC)
# Few characters, so that pairs come again in other orders; two of extension B, one of extension G.
CHARACTERS = "滑坡山洪县镇𠀀𪚥\U00030edd，。（） \nab1A.%_'\"\\*"


def indexed(texts):
    with unit_of_work():
        for number, text in enumerate(texts, start=1):
            part = Part("text", number, 1, [("", text)])
            bring_up_to_date("plan", number, [part], now=NOW)


def subjects(keys):
    of = select(FulltextDocument.id, FulltextDocument.subject_id)
    of = dict(db.session.execute(of.where(FulltextDocument.id.in_(keys))).all())
    return [of[key] for key in keys]


def found(term):
    best = best_texts([term], after=None, most=None)
    assert best == sorted(best, reverse=True)
    keys = [key for _, key in best]
    held = holding([term], keys)
    assert len(term) > 2 or held == set(keys)
    return sorted(subjects(held))


def scanned(term):
    statement = select(FulltextEntry.subject_id).join(
        FulltextText, FulltextText.entry_id == FulltextEntry.id
    )
    return sorted(set(db.session.scalars(statement.where(has_term(term)))))


def test_every_text_that_holds_a_term_is_found_and_no_other(app):
    chance = random.Random(7)

    def some(most):
        return "".join(chance.choices(CHARACTERS, k=chance.randint(1, most)))

    with app.app_context():
        indexed([some(60) for _ in range(150)])
        looked_for = {term for _ in range(400) for term in terms_of(some(5))}
        looked_for |= set("滑坡𠀀\U00030edd%_'\\*") | {"滑坡", "𠀀𪚥", "坡滑坡"}
        wrong = {term for term in looked_for if found(term) != scanned(term)}
        assert wrong == set()
        assert sum(len(scanned(term)) for term in looked_for) > 1000


@pytest.mark.parametrize(
    ("text", "words", "is_found"),
    [
        ("发生滑坡时立即转移", "滑坡", True),
        ("发生坡滑时立即转移", "滑坡", False),
        ("山坡下滑，滑向坡脚", "滑坡", False),
        ("按 GB/T 29639 编制", "29639", True),
        ("按ＧＢ／Ｔ２９６３９编制", "29639编", True),
        ("Emergency Plan", "PLAN", True),
        ("Emergency Plan", "rgen", True),
        ("负责人𪚥某", "𪚥", True),
        ("负责人𪚥某", "人𪚥某", True),
        ("第一段末\n第二段", "末 第二", True),
        ("洪水", "水", True),
        ("⽔位", "水位", True),
    ],
)
def test_words_are_found_as_they_are_meant(app, text, words, is_found):
    with app.app_context():
        indexed([text])
        assert all(found(term) == ([1] if is_found else []) for term in terms_of(words))


def test_a_term_across_two_pieces_of_a_long_text_is_found(app):
    with app.app_context():
        indexed(["县" * (PIECE - 1) + "滑坡灾害" + "镇" * PIECE])
        assert set(found("滑坡灾害")) == set(found("坡灾")) == {1}


def test_names_then_headings_then_many_mentions_come_first(app):
    with app.app_context():
        texts = [("", "滑坡"), ("", "滑坡，" * 7), ("滑坡", ""), ("", "滑坡险情，滑坡")]
        with unit_of_work():
            for number, text in enumerate(texts, start=1):
                parts = [Part("text", 1, 1, [text], edition=1)]
                bring_up_to_date("plan", number, parts, now=NOW)
            parts = [Part("title", 1, 1, [("滑坡预案", "")]), Part("text", 1, 1, [("", "")], 1)]
            bring_up_to_date("plan", 5, parts, now=NOW)
        best = best_texts(["滑坡"], after=None, most=None)
        assert subjects([key for _, key in best]) == [5, 5, 3, 2, 4, 1]
        assert best_texts(["滑坡"], after=None, most=3) == best[:3]
        assert best_texts(["滑坡"], after=best[2], most=None) == best[3:]


def test_the_words_of_a_name_and_of_a_text_are_found_together(app):
    with app.app_context():
        with unit_of_work():
            parts = [Part("title", 1, 1, [("滑坡预案", "")])]
            parts += [Part("text", n, 1, [("", words)], n) for n, words in ((1, "转移"), (2, "无"))]
            bring_up_to_date("plan", 1, parts, now=NOW)
        best = best_texts(["滑坡预案", "转移"], after=None, most=None)
        assert len(best) == 1
        held = holding(["滑坡预案", "转移"], [key for _, key in best])
        editions = select(FulltextDocument.edition).where(FulltextDocument.id.in_(held))
        assert list(db.session.scalars(editions)) == [1]


def test_what_was_changed_or_removed_is_not_found_any_more(app):
    with app.app_context():
        with unit_of_work():
            parts = [Part("section", n, 1, [("", text)]) for n, text in ((1, "滑坡"), (2, "山洪"))]
            assert bring_up_to_date("plan", 1, parts, now=NOW) == 2
            assert bring_up_to_date("plan", 1, parts, now=NOW) == 0
        assert found("滑坡") == [1]
        with unit_of_work():
            bring_up_to_date("plan", 1, [Part("section", 1, 2, [("", "泥石流")])], now=NOW)
        assert found("滑坡") == found("山洪") == []
        assert found("泥石流") == [1]
        with unit_of_work():
            forget_all("plan")
        assert found("泥石流") == []
