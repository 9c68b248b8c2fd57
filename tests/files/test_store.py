import pytest

from drillreg.core.db import unit_of_work
from drillreg.core.errors import DomainError
from drillreg.files.operations import bytes_of, clean_name, media_type_of, path_of, store

PDF = b"%PDF-1.7 test"


@pytest.fixture
def kept(app, frozen):
    def put(data=PDF, name="应急预案.pdf", **kwargs):
        with unit_of_work():
            return store(data, name=name, org_id=None, actor=None, now=frozen.now, **kwargs)

    return put


def test_the_same_bytes_lie_in_the_store_once(app, kept):
    with app.app_context():
        first, second = kept(), kept(name="copy.pdf")
        assert first.sha256 == second.sha256
        assert first.public_id != second.public_id
        assert bytes_of(first) == PDF


def test_a_changed_file_is_noticed(app, kept):
    with app.app_context():
        found = kept(b"%PDF-1.7 other")
        path_of(found.sha256).write_bytes(b"%PDF-1.7 forged")
        with pytest.raises(RuntimeError, match="changed on disk"):
            bytes_of(found)


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (PDF, "x.docx", "application/pdf"),
        (
            b"PK\x03\x04",
            "预案.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (b"PK\x03\x04", "x.exe", "application/zip"),
        (b"<script>", "x.html", "application/octet-stream"),
    ],
)
def test_the_kind_is_told_by_content_not_by_name(data, name, kind):
    assert media_type_of(data, name) == kind


@pytest.mark.parametrize(
    ("name", "kept_as"),
    [
        ("应急预案.pdf", "应急预案.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\预案\\a.doc", "a.doc"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("...", "file"),
    ],
)
def test_names_keep_their_chinese_and_lose_their_folders(name, kept_as):
    assert clean_name(name) == kept_as


def test_an_empty_or_unwanted_file_is_refused_by_name(app, kept):
    with app.app_context():
        with pytest.raises(DomainError, match="is empty"):
            kept(b"")
        with pytest.raises(DomainError, match="not of a kind"):
            kept(media_types=frozenset({"image/jpeg"}))
