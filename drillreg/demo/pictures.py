"""Drawn pictures that stand for the photos of the demo: no real place, nobody's face."""

import io
import math
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw

SIZE = (1200, 800)
SKY, FAR_HILL, HILL, YARD, SCAR = "#c9dcea", "#9fb8a5", "#6f9573", "#cdbfa4", "#b58a5e"


def _ground(random: Random, *, yard_from: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", SIZE, SKY)
    draw = ImageDraw.Draw(image)
    for colour, base, height in ((FAR_HILL, 330, 90), (HILL, 400, 130)):
        phase = random.uniform(0, 6)
        ridge = [
            (x, base - height * (0.5 + 0.5 * math.sin(x / 210 + phase)) - random.randrange(12))
            for x in range(0, SIZE[0] + 20, 20)
        ]
        draw.polygon([(0, SIZE[1]), *ridge, (SIZE[0], SIZE[1])], fill=colour)
    draw.rectangle((0, yard_from, *SIZE), fill=YARD)
    return image, draw


def _as_jpeg(image: Image.Image) -> bytes:
    held = io.BytesIO()
    image.save(held, "JPEG", quality=80)
    return held.getvalue()


def school_yard() -> bytes:
    """Return a picture of classes standing in rows in a school yard below a slope (JPEG)."""
    random = Random("yard")  # noqa: S311 - the same picture every time
    image, draw = _ground(random, yard_from=520)
    draw.rectangle((140, 330, 820, 540), fill="#efe9dd", outline="#8d8472", width=3)
    for row in range(2):
        for column in range(9):
            left, top = 165 + column * 72, 360 + row * 90
            draw.rectangle((left, top, left + 46, top + 52), fill="#7d93a8")
    draw.line((930, 300, 930, 560), fill="#666666", width=5)
    draw.rectangle((933, 304, 1010, 352), fill="#c0392b")
    for column in range(12):
        for row in range(7):
            x = 150 + column * 78 + random.randrange(-6, 7)
            y = 590 + row * 27
            draw.ellipse((x - 7, y - 24, x + 7, y - 10), fill="#5b4636")
            draw.rectangle((x - 9, y - 10, x + 9, y + 12), fill="#3f6ea8")
    return _as_jpeg(image)


def slope() -> bytes:
    """Return a picture of a slope with a scar, a warning sign and people walking away (JPEG)."""
    random = Random("slope")  # noqa: S311 - the same picture every time
    image, draw = _ground(random, yard_from=610)
    draw.polygon([(520, 300), (640, 290), (760, 600), (400, 610)], fill=SCAR)
    for _ in range(70):
        x, y = random.randrange(430, 720), random.randrange(420, 605)
        draw.ellipse((x, y, x + 14, y + 9), fill="#94693f")
    draw.polygon([(980, 470), (1080, 470), (1030, 385)], fill="#f2c230", outline="#333333")
    draw.line((1030, 470, 1030, 620), fill="#555555", width=6)
    for at in range(9):
        x = 110 + at * 46
        draw.ellipse((x - 8, 636, x + 8, 652), fill="#5b4636")
        draw.rectangle((x - 10, 652, x + 10, 700), fill=("#8b5e3c", "#47698c", "#7a7a7a")[at % 3])
    return _as_jpeg(image)


PICTURES: tuple[tuple[str, Callable[[], bytes]], ...] = (
    ("学校操场集合清点（示意）.jpg", school_yard),
    ("后山滑坡和转移路线（示意）.jpg", slope),
)


def book_page() -> bytes:
    """Return a picture of a ruled page of a paper book with ticks in it (JPEG)."""
    random = Random("book")  # noqa: S311 - the same picture every time
    image = Image.new("RGB", SIZE, "#8a6f52")
    draw = ImageDraw.Draw(image)
    draw.rectangle((120, 40, 1080, 760), fill="#f4efe2")
    for row in range(16):
        y = 110 + row * 38
        draw.line((150, y, 1050, y), fill="#a9b3bf", width=2)
        for column in range(8):
            x = 420 + column * 78
            if random.random() < 0.45:
                draw.line((x, y + 20, x + 10, y + 30, x + 28, y + 8), fill="#1f3a6e", width=4)
        draw.line((160, y + 24, 250 + random.randrange(120), y + 24), fill="#333333", width=5)
    for column in range(9):
        draw.line((400 + column * 78, 110, 400 + column * 78, 718), fill="#a9b3bf", width=2)
    return _as_jpeg(image)
