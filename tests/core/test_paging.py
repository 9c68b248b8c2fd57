import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from drillreg.core.db import db, unit_of_work
from drillreg.core.errors import DomainError
from drillreg.core.paging import decode_cursor, encode_cursor, keyset_page
from drillreg.orgs.models import Division


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    names=st.lists(st.sampled_from("abc"), min_size=1, max_size=12),
    size=st.integers(1, 5),
    way=st.sampled_from(["asc", "desc"]),
    last=st.sampled_from(["asc", "desc"]),
)
def test_pages_put_together_are_the_whole_list_once(app, names, size, way, last):
    with app.app_context():
        with unit_of_work():
            db.session.execute(delete(Division))
            db.session.add_all(
                Division(code=str(i), level="town", name=name, path=f"{i}/")
                for i, name in enumerate(names)
            )
        order = [(Division.name, way), (Division.id, last)]
        seen, cursor = [], None
        while True:
            page = keyset_page(select(Division), order=order, cursor=cursor, size=size)
            seen += [(d.name, d.id) for d in page.rows]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert sorted(seen) == sorted(set(seen))
        assert [name for name, _ in seen] == sorted(names, reverse=way == "desc")
        same = [[key for each, key in seen if each == name] for name in set(names)]
        assert all(keys == sorted(keys, reverse=last == "desc") for keys in same)


@pytest.mark.parametrize(
    "cursor", ["", "x", "W10", "bnVsbA", "eyJ0Ijoib29wcyJ9", "W3siZCI6IngifSwxXQ"]
)
def test_a_cursor_that_is_not_ours_is_refused_with_a_sentence(cursor):
    with pytest.raises(DomainError, match="Start from the first"):
        decode_cursor(cursor, 2)


def test_a_cursor_carries_text_numbers_and_dates(today):
    assert decode_cursor(encode_cursor(["白岩", 3, today]), 3) == ["白岩", 3, today]
