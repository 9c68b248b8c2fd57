"""The sandbox task that takes a photo apart: what the camera noted first, then a clean copy."""

import re
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

import PIL.Image
import PIL.ImageFile
import PIL.ImageOps
from PIL.Image import Image, Resampling

from drillreg.i18n import N_
from drillreg.sandbox.refusals import Refused

FORMATS = ("JPEG", "PNG", "WEBP")
PIXELS = 40_000_000
LONG_SIDE = 2000
THUMBNAIL_SIDE = 320
QUALITY = 85

# Exif 2.32, tags of the Exif and GPS parts.
EXIF_PART, GPS_PART = 0x8769, 0x8825
TAKEN, TAKEN_DIGITIZED, CHANGED = 0x9003, 0x9004, 0x0132
LATITUDE_REF, LATITUDE, LONGITUDE_REF, LONGITUDE = 1, 2, 3, 4
EXIF_TIME = re.compile(r"([0-9]{4}):([0-9]{2}):([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})")


def exif_time(text: object) -> str | None:
    """Return "2026:05:12 09:30:00" as ISO local time without a zone, or None for no real time."""
    found = EXIF_TIME.match(str(text))
    try:
        return datetime(*map(int, found.groups())).isoformat() if found else None  # type: ignore[arg-type]  # noqa: DTZ001 - cameras note local time without a zone
    except ValueError:
        return None


def _degrees(parts: Any, reference: object, negative: str, most: float) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not 0 <= value <= most:  # also false for a part that is not a number
        return None
    return round(-value if str(reference).upper().startswith(negative) else value, 7)


def _gps(gps: dict[int, Any]) -> list[float] | None:
    """Return [longitude, latitude] in degrees, WGS84, or None; 0, 0 is a camera without a fix."""
    latitude = _degrees(gps.get(LATITUDE), gps.get(LATITUDE_REF), "S", 90)
    longitude = _degrees(gps.get(LONGITUDE), gps.get(LONGITUDE_REF), "W", 180)
    if latitude is None or longitude is None or latitude == longitude == 0:
        return None
    return [longitude, latitude]


def _noted(image: Image) -> dict[str, Any]:
    """Read when and where a photo was taken; broken notes count as none."""
    try:
        exif = image.getexif()
        part, gps = exif.get_ifd(EXIF_PART), exif.get_ifd(GPS_PART)
    except (ValueError, TypeError, KeyError, SyntaxError, OSError):
        return {"taken_at": None, "gps": None}
    times = (part.get(TAKEN), part.get(TAKEN_DIGITIZED), exif.get(CHANGED))
    return {
        "taken_at": next((time for time in map(exif_time, times) if time), None),
        "gps": _gps(gps),
    }


def difference_hash(image: Image) -> str:
    """Return the 64-bit dHash as 16 hex digits: near copies differ in few bits."""
    small = image.convert("L").resize((9, 8), Resampling.LANCZOS)
    light = small.tobytes()
    bits = 0
    for row in range(8):
        for column in range(8):
            bits = bits << 1 | (light[row * 9 + column] > light[row * 9 + column + 1])
    return f"{bits:016x}"


def _flat(image: Image) -> Image:
    """Return the first frame upright, in RGB, transparent places white."""
    upright = PIL.ImageOps.exif_transpose(image)
    if upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info:
        clear = upright.convert("RGBA")
        white = PIL.Image.new("RGBA", clear.size, "white")
        return PIL.Image.alpha_composite(white, clear).convert("RGB")
    return upright.convert("RGB")


def _save(image: Image, side: int, path: Path) -> tuple[int, int]:
    copy = image.copy()
    copy.thumbnail((side, side), Resampling.LANCZOS)
    # A fresh picture: nothing of the notes, profiles or comments can come along.
    clean = PIL.Image.frombytes("RGB", copy.size, copy.tobytes())
    clean.save(path, "JPEG", quality=QUALITY, optimize=True)
    return clean.size


def clean_photo(args: dict[str, Any], inputs: Path, outputs: Path) -> dict[str, Any]:
    """Re-encode `photo` to `photo.jpg` (at most 2000 px) and `thumbnail.jpg` (320 px).

    Returns width and height of the copy, taken_at (naive local ISO time or None), gps
    ([longitude, latitude] or None) and dhash (hex).
    """
    PIL.Image.MAX_IMAGE_PIXELS = PIXELS
    PIL.ImageFile.LOAD_TRUNCATED_IMAGES = False  # WeasyPrint, loaded beside, wants them
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with PIL.Image.open(inputs / "photo", formats=FORMATS) as image:
                noted = _noted(image)
                flat = _flat(image)
                width, height = _save(flat, LONG_SIDE, outputs / "photo.jpg")
                _save(flat, THUMBNAIL_SIDE, outputs / "thumbnail.jpg")
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
        raise Refused(N_("This photo has more than 40 million pixels.")) from error
    except (OSError, ValueError, SyntaxError, EOFError, Warning) as error:
        raise Refused(N_("Only whole JPEG, PNG and WebP photos can be kept.")) from error
    return {**noted, "width": width, "height": height, "dhash": difference_hash(flat)}
