"""The printed card: name, address, code in groups, and a QR that leads to the page for the code."""

from __future__ import annotations

import io

import segno
from flask import Response
from markupsafe import Markup

from kpa_core.accounts.cards import NewCard
from kpa_core.pages import page
from kpa_core.work import Work


def printed(work: Work, card: NewCard) -> Response:
    """Answer with the card's page, the only time its code is shown."""
    address = f"{work.instance.settings.instance.base_url.rstrip('/')}/entrer/carte"
    return page(
        "accounts/card.html",
        person=card.person,
        groups=card.code.split(),
        needs_second=card.needs_second,
        address=address,
        qr=qr(address),
        is_own=card.person.id == work.actor.party_id,
    )


def qr(text: str) -> Markup:
    """Return a QR of a text as an SVG of the page; it leads to a page and holds no secret."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        svgns=False,
        omitsize=True,
        border=2,
        dark="#000",
        light="#fff",
    )
    return Markup(out.getvalue().decode())
