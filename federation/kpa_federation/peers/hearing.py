"""Signed requests that come in: by whom, for us, in time, and each once."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask import request

from kpa_core.api import N_, KpaError, Work, now
from kpa_federation.log import keeping
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import signing
from kpa_federation.peers.appearance import one_spelling
from kpa_federation.peers.models import NonceRow
from kpa_federation.peers.signing import Message, Signed
from kpa_federation.protocol.errors import ProtocolError

MOST = 100
"""Requests of one origin that are heard within ten minutes."""
KEPT = timedelta(minutes=10)


class NotHeard(KpaError):
    """A request that is not signed as it must be; the answer's date tells the right time."""

    status = 401


class TooOften(KpaError):
    """An origin that asks too often."""

    status = 429
    retry_after = int(KEPT.total_seconds())


def message(work: Work) -> Message:
    """Return the request being answered, at the address people type: a proxy changes it."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Message(
        request.method,
        own_address(work) + request.full_path.rstrip("?"),
        request.get_data(),
        headers,
    )


def own_address(work: Work) -> str:
    """Return where this instance answers, in the one spelling that peers sign for."""
    return one_spelling(work.instance.settings.instance.base_url)


def heard(work: Work, asked: Message, origin: str, key: bytes) -> Signed:
    """Return what was signed, and note that it was heard; in the caller's transaction.

    Raises:
        NotHeard: it is not signed by this key, not for us, too old, or was heard already.
        TooOften: more than can be remembered.
    """
    at = now()
    try:
        found = signing.check(
            asked, known={origin: key}, recipient=own_origin(work.session), now=at
        )
    except signing.Untimely as error:
        raise NotHeard(
            N_("Les deux KPA n'ont pas la même heure : {offset} secondes d'écart."),
            offset=f"{error.ahead.total_seconds():+.0f}",
        ) from error
    except ProtocolError as error:
        raise NotHeard(N_("La signature de cette demande n'est pas bonne.")) from error
    session = work.session
    session.execute(sa.delete(NonceRow).where(NonceRow.heard_at < at - KEPT))
    mine = sa.select(sa.func.count()).where(NonceRow.origin == origin)
    if session.get(NonceRow, (origin, found.nonce)) is not None:
        raise NotHeard(N_("Cette demande a déjà été entendue."))
    if (session.scalar(mine) or 0) >= MOST:
        raise TooOften(N_("Trop de demandes. Attends dix minutes."))
    session.add(NonceRow(origin=origin, nonce=found.nonce, heard_at=at))
    return found


def key_of(work: Work, origin: str) -> bytes | None:
    """Return the key of a log as far as it was verified here."""
    row = keeping.log_row(work.session, origin)
    identity = keeping.state_in(row).identity if row is not None else None
    return identity.key if identity else None
