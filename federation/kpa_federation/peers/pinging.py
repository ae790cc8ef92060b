"""Pings: a word to the peers that there is something new here, and theirs to us.

Nothing comes with it: whoever hears it asks, as always.
"""

from __future__ import annotations

import random

from kpa_core.api import N_, HttpError, Work
from kpa_federation.own import head, keyring
from kpa_federation.own.soon import ask_soon
from kpa_federation.peers import choosing, hearing, sending, signing, visiting
from kpa_federation.peers.models import PeerRow
from kpa_federation.peers.over_http import BASE, is_busy
from kpa_federation.peers.service import VISIT
from kpa_federation.peers.signing import Message


def hear_ping(work: Work) -> None:
    """A followed peer has something new: ask it soon. Others are not listened to.

    Raises:
        NotHeard: it is not signed by a peer that is followed.
    """
    asked = hearing.message(work)
    origin = signing.claimed(asked)
    row = work.session.get(PeerRow, origin)
    key = hearing.key_of(work, origin) if row is not None and row.trust == "followed" else None
    if key is None:
        raise hearing.NotHeard(N_("La signature de cette demande n'est pas bonne."))
    with work.transaction():
        hearing.heard(work, asked, origin, key)
        ask_soon(work, VISIT, {"origin": origin}, origin)


def tell_peers(work: Work) -> None:
    """Tell the peers that there is something new here; who is away will ask by itself.

    After a change of key they only know the old one yet: it signs this last message.
    """
    root = work.instance.settings.root
    signing_keys = [head.read_key(root), keyring.old(root)]
    visiting.check_still_inside(work)
    ready = visiting.reachable(work.session, PeerRow.failures == 0)
    for row in choosing.whom_to_tell(ready, random.Random()):
        for private in signing_keys:
            if private is not None and _ping(work, row, private):
                break


def _ping(work: Work, row: PeerRow, private: bytes) -> bool:
    """Tell one peer; return whether to leave it at that."""
    visiting.check_still_inside(work)
    asked = Message("POST", row.address + BASE + "/ping", b"{}")
    try:
        answer = sending.send(work, asked, recipient=row.origin, private=private)
    except HttpError:
        return True
    if is_busy(answer):
        visiting.note_busy(work, row.origin, answer.retry_after)
        return True
    return answer.status == 204
