"""What a receiver answers when something is not as the specification says."""

from __future__ import annotations

CODES = frozenset(
    {
        "not_canonical",
        "too_long",
        "bad_field",
        "bad_note",
        "bad_signature",
        "bad_key",
        "bad_root",
        "bad_proof",
        "bad_bundle",
        "other_log",
        "gap",
        "rollback",
        "fork",
        "ended",
    }
)


class ProtocolError(ValueError):
    """Something that was received is refused; nothing of it may be kept.

    ``code`` is one of :data:`CODES`, the same words as in the vectors; ``detail`` is for the log of
    the machine and quotes nothing that was received.
    """

    def __init__(self, code: str, detail: str) -> None:
        assert code in CODES, code
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
