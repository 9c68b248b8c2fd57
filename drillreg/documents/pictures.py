"""Pictures of pages, asked of the closed child."""

from collections.abc import Sequence
from dataclasses import dataclass

from drillreg.documents.layouts import Layout
from drillreg.geo.svg import Svg
from drillreg.sandbox import client
from drillreg.sandbox.limits import INTERACTIVE, Limits


def figure_pictures(
    figures: Sequence[Svg], layout: Layout, *, limits: Limits = INTERACTIVE
) -> list[bytes]:
    """Return each figure as PNG, as wide as the type area of a layout."""
    args = {"figures": list(figures), "width_mm": layout.page.type_width}
    done = client.run("drillreg.documents.raster:draw_figures", args, limits=limits)
    return [done.files[f"figure-{at}.png"] for at in range(len(figures))]


@dataclass(frozen=True)
class ScannedPdf:
    """A PDF that was opened: how many pages, and a picture (JPEG) of each."""

    pages: int
    pictures: tuple[bytes, ...]


def check_pdf(data: bytes, *, limits: Limits = INTERACTIVE) -> ScannedPdf:
    """Open a PDF in the child and draw its pages; raise SandboxRefused for one that is damaged,
    locked by a password or too long.
    """
    done = client.run(
        "drillreg.documents.raster:open_pdf", {}, inputs={"scan": data}, limits=limits
    )
    pages: int = done.value["pages"]
    return ScannedPdf(pages, tuple(done.files[f"page-{at}.jpg"] for at in range(pages)))
