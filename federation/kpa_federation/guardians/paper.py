"""The printed sheet: one page of paper in one file, which asks nothing of any network."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import segno
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kpa_core.api import current_locale
from kpa_federation.guardians.sheet import Secret
from kpa_federation.texts import gettext

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Label:
    """What is written on a sheet beside its secret: who keeps it, for which KPA, since when.

    ``words`` are the six words by which people compare an origin, when they are known.
    """

    keeper: str
    kpa: str
    made_on: date
    words: str = ""


def page(secret: Secret, label: Label) -> str:
    """Return the sheet as an HTML page, A4, with the secret as a QR and as groups to type."""
    rows = secret.words.split()
    return (
        _environment()
        .get_template("guardians/sheet.html")
        .render(
            label=label,
            day=_day(label),
            origin=secret.origin,
            line=secret.line,
            code=secret.code,
            groups=list(enumerate(rows, start=1)),
            qr=qr_picture(secret.code),
            locale=current_locale(),
        )
    )


def text(secret: Secret, label: Label) -> str:
    """Return the sheet for someone who copies it by hand from the screen."""
    rows = secret.words.split()
    copied = [" ".join(rows[at : at + 2]) for at in range(0, len(rows), 2)]
    head = f"{label.kpa} · {label.keeper} · {_day(label)}"
    return "\n".join([head, secret.origin, "", *copied]).replace("\n\n\n", "\n\n")


def qr_picture(content: str) -> Markup:
    """Return a QR as an SVG to put in a page."""
    out = io.BytesIO()
    segno.make(content, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=False, omitsize=True, dark="#000", light="#fff"
    )
    return Markup(out.getvalue().decode())


def qr_blocks(content: str) -> str:
    """Return a QR made of blocks, for a terminal; it can be read from the screen."""
    out = io.StringIO()
    segno.make(content, error="l", micro=False).terminal(out, compact=True)
    return out.getvalue()


def _day(label: Label) -> str:
    return format_date(label.made_on, "long", locale=current_locale())


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    made.globals["_"] = gettext
    return made
