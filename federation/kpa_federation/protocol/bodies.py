"""Bodies: the words of a record, salted so that a kept hash of erased words tells nothing.

A body is canonical JSON. It is stored, hashed and passed on as received; a body that cannot be read
is shown in quarantine, and changes nothing about the log's proofs.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

from kpa_federation.protocol import canonical, keys, limits
from kpa_federation.protocol.errors import ProtocolError

SALT_BYTES = 16
SHA256 = re.compile(r"[0-9a-f]{64}")
NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside a record: its SHA-256 in hexadecimal, its size in bytes, the name to show.

    The name is text from elsewhere: never use it as the name of a file on a disk.
    """

    sha256: str
    size: int
    name: str


def write_body(
    content: dict[str, Any], attachments: tuple[Attachment, ...] = (), salt: bytes | None = None
) -> bytes:
    """Return a body's bytes, with a salt of its own.

    Raises:
        ProtocolError: ``too_long``, or ``not_canonical``.
    """
    made = {**content, "salt": keys.text_of(salt or secrets.token_bytes(SALT_BYTES))}
    if attachments:
        made["files"] = [
            {"name": one.name, "sha256": one.sha256, "size": one.size} for one in attachments
        ]
    body = canonical.write(made)
    read_body(body)
    return body


def read_body(body: bytes) -> tuple[dict[str, Any], tuple[Attachment, ...]]:
    """Return what a body says, without its salt, and its files.

    Raises:
        ProtocolError: ``too_long``, ``not_canonical`` or ``bad_field``.
    """
    content = canonical.read(body, limits.BODY)
    keys.bytes_of(content.pop("salt", None), SALT_BYTES)
    files = content.pop("files", [])
    if not isinstance(files, list) or len(files) > limits.ATTACHMENTS:
        raise ProtocolError("bad_field", "files")
    return content, tuple(_read_file(one) for one in files)


def _read_file(one: Any) -> Attachment:
    if isinstance(one, dict):
        name, digest, size = one.get("name"), one.get("sha256"), one.get("size")
        if (
            isinstance(name, str)
            and 0 < len(name) <= NAME_LENGTH
            and isinstance(digest, str)
            and SHA256.fullmatch(digest)
            and type(size) is int
            and size >= 0
        ):
            return Attachment(digest, size, name)
    raise ProtocolError("bad_field", "files")
