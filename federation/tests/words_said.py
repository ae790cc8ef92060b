"""What writers in tests say of other KPAs: that they know one, that one should be careful."""

from __future__ import annotations

from log_writer import DAY

from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import put
from kpa_federation.trust import saying


def said_vouch(writer, origin, address="", name="", more=None):
    """Let a writer recommend an origin; return the record."""
    return _said(writer, saying.VOUCH, {**saying.vouch_body(origin, address, name), **(more or {})})


def advised(writer, about, action="hide", until=None):
    """Let a writer put something on its list; return the record."""
    return _said(writer, saying.MODERATION, saying.advice_body(about, action, "wrong", until))


def _said(writer, kind, said):
    body = write_body(said, salt=b"s" * 16)
    index = writer.append(put(body, at=DAY, kind=kind, licence=saying.LICENCE))
    writer.bodies[index] = body
    return index
