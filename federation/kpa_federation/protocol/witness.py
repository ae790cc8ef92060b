"""Whether a witness cosigns a checkpoint, as an HTTP status (C2SP tlog-witness).

A witness remembers one head of each log. It adds its name to a larger one only when shown that the
log grew: nothing that it ever cosigned was taken back.
"""

from __future__ import annotations

import base64
import re

from kpa_federation.protocol import limits, tree
from kpa_federation.protocol.errors import ProtocolError

OLD = re.compile(r"old (0|[1-9][0-9]{0,14})")
HASH = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=")

Head = tuple[int, bytes]
"""A size and the root there."""


def read_request(body: str) -> tuple[int, tuple[bytes, ...], str]:
    """Return the old size, the consistency proof and the note of an add-checkpoint request.

    Raises:
        ProtocolError: ``bad_note``; answer 400.
    """
    above, found, note = body.partition("\n\n")
    first, *hashes = above.split("\n")
    old = OLD.fullmatch(first)
    if not found or old is None or len(hashes) >= limits.PROOF_HASHES:
        raise ProtocolError("bad_note", "not a request to add a checkpoint")
    if not all(HASH.fullmatch(one) for one in hashes):
        raise ProtocolError("bad_note", "a line of the proof that is no hash")
    return int(old[1]), tuple(base64.b64decode(one) for one in hashes), note


def status_of(
    known: Head | None, old: int, head: Head, proof: tuple[bytes, ...], is_signed: bool
) -> int:
    """Return the status to answer; the checkpoint is cosigned, and ``head`` kept, only with 200.

    ``known`` is the head cosigned last: that of the empty tree when none was, ``None`` for a log
    that is not followed. ``is_signed`` tells whether the log's own key signed the checkpoint. With
    409 goes the known size.
    """
    if known is None or not is_signed:
        return 403
    size, root = head
    if old > size:
        return 400
    if old != known[0] or (old == size and root != known[1]):
        return 409
    if old in (0, size):
        return 422 if proof else 200
    try:
        tree.check_consistency(old, size, known[1], root, proof)
    except ProtocolError:
        return 422
    return 200
