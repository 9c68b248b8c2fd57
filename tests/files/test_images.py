"""Photos lose everything but the picture; what the camera noted is read first."""

import io
import struct
import time
import zlib

import PIL.Image
import pytest
from PIL.TiffImagePlugin import IFDRational

from drillreg.files.images import difference_hash, exif_time
from drillreg.sandbox import client
from drillreg.sandbox.refusals import SandboxRefused

pytestmark = pytest.mark.one_database

TASK = "drillreg.files.images:clean_photo"


def picture(size=(640, 480), mode="RGB", form="JPEG", **options):
    image = PIL.Image.linear_gradient("L").resize(size).convert(mode)
    image.paste(PIL.Image.new(mode, (size[0] // 4, size[1] // 4), "red"), (0, 0))
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


def with_notes(taken="2026:05:12 09:30:15", lat=(24.0, 47.0, 3.48), orientation=1, ref="N"):
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "MAKER-OF-CAMERA"
    exif.get_ifd(0x8769)[0x9003] = taken
    exif.get_ifd(0x8825).update({1: ref, 2: lat, 3: "E", 4: (115.0, 1.0, 39.36)})
    return picture(exif=exif)


def clean(data):
    result = client.run(TASK, {}, inputs={"photo": data})
    with PIL.Image.open(io.BytesIO(result.files["photo.jpg"])) as image:
        return result, image.convert("RGB"), dict(image.getexif())


def test_time_and_place_are_read_and_then_gone():
    result, image, notes = clean(with_notes())
    assert result.value["taken_at"] == "2026-05-12T09:30:15"
    assert result.value["gps"] == pytest.approx([115.0276, 24.7843], abs=1e-6)
    assert notes == {}
    for data in result.files.values():
        assert b"MAKER-OF-CAMERA" not in data
        assert b"Exif" not in data
    assert image.size == (640, 480) == (result.value["width"], result.value["height"])


@pytest.mark.parametrize(
    "other",
    [
        {"lat": (IFDRational(0, 0), 0.0, 0.0)},
        {"lat": (91.0, 0.0, 0.0)},
        {"lat": (1.0,)},
        {"taken": "0000:00:00 00:00:00"},
        {"taken": "yesterday"},
    ],
)
def test_broken_notes_count_as_none(other):
    value = clean(with_notes(**other))[0].value
    assert value["gps" if "lat" in other else "taken_at"] is None


def test_south_is_negative():
    assert clean(with_notes(ref="S"))[0].value["gps"][1] == pytest.approx(-24.7843, abs=1e-6)


def test_a_photo_is_turned_upright():
    result, image, _ = clean(with_notes(orientation=6))
    assert image.size == (480, 640)
    assert image.getpixel((470, 10))[0] > 200  # the red corner has moved from left to right
    assert result.value["width"] == 480


def test_large_photos_are_made_smaller_and_get_a_thumbnail():
    result, image, _ = clean(picture((4000, 1000)))
    assert image.size == (2000, 500)
    with PIL.Image.open(io.BytesIO(result.files["thumbnail.jpg"])) as small:
        assert small.size == (320, 80)


@pytest.mark.parametrize(("mode", "form"), [("RGBA", "PNG"), ("L", "PNG"), ("RGB", "WEBP")])
def test_every_kind_becomes_jpeg(mode, form):
    assert clean(picture(mode=mode, form=form))[1].mode == "RGB"


def test_the_same_photo_again_is_near_and_another_far():
    def bits(data):
        return int(clean(data)[0].value["dhash"], 16)

    first = bits(picture(quality=95))
    assert (first ^ bits(picture((320, 240), quality=30))).bit_count() <= 4
    turned = PIL.Image.open(io.BytesIO(picture())).rotate(90)
    stream = io.BytesIO()
    turned.save(stream, "JPEG")
    assert (first ^ bits(stream.getvalue())).bit_count() > 12
    assert len(difference_hash(PIL.Image.new("RGB", (5, 5)))) == 16


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def flood(width, height):
    """A PNG of a few kB that unpacks to width × height points."""
    rows = zlib.compress(bytes((width + 7) // 8 + 1) * height, 9)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (flood(12000, 12000), "million pixels"),
        (flood(7000, 7000), "million pixels"),
        (picture()[:1000], "whole"),
        (picture(form="GIF"), "whole"),
        (picture(form="TIFF"), "whole"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "whole"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "whole"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "whole"),
        (b"", "whole"),
    ],
)
def test_what_is_no_photo_is_refused_at_once(data, sentence):
    began = time.monotonic()
    with pytest.raises(SandboxRefused, match=sentence):
        client.run(TASK, {}, inputs={"photo": data})
    assert time.monotonic() - began < 25


def test_exif_times():
    assert exif_time("2026:02:30 00:00:00") is None
    assert exif_time("2026:02:28 23:59:59\x00") == "2026-02-28T23:59:59"
    assert exif_time(None) is None
