"""What a PDF says of its author, and what it would run: read through its bytes, never changed.

Author and programs stand in the file's bytes or inside its packed streams, so both are searched.
Encrypted files and streams that blow up cannot be read through, and are refused.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from kpa_core.api import N_, Refused

LARGEST_UNPACKED = 64 * 1024 * 1024

_TEXT = rb"(?:\((?P<text>(?:[^()\\]|\\.){0,2000})\)|<(?P<hex>[0-9A-Fa-f\s]{0,4000})>)"
_AUTHOR = re.compile(rb"/Author\s{0,8}" + _TEXT, re.DOTALL)
_AUTHOR_ELSEWHERE = re.compile(rb"/Author\s{1,8}\d{1,10}\s{1,8}\d{1,5}\s{1,8}R")
_XMP_AUTHOR = re.compile(
    rb"<(?:dc:creator|pdf:Author|xmp:Author)\b[^>]{0,200}>(?:\s|<rdf:[^>]{0,200}>){0,40}[^<\s]"
    rb"|\b(?:pdf:Author|dc:creator)\s?=\s?[\"'][^\"']"
)
_RUNS = re.compile(
    rb"/(?:JavaScript|JS|Launch|EmbeddedFiles?|RichMedia|SubmitForm|XFA)(?![A-Za-z])"
)
_LOCKED = re.compile(rb"/Encrypt(?![A-Za-z])")
_TOLD = re.compile(rb"/(?P<what>Title|Subject|Keywords|URI|Contents)\s{0,8}" + _TEXT, re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n")
_PHOTO_WITH_PLACE = b"Exif\x00\x00"
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)


def checked_words(data: bytes) -> dict[str, str]:
    """Return what the PDF tells beside its pages, by place: title, subject, notes, links.

    Raises:
        Refused: it names an author, holds a photo with its hidden data, would run something, or
            cannot be read through.
    """
    if _LOCKED.search(data):
        raise _refusal(N_("Ce PDF est fermé par un mot de passe. Enregistre-le sans mot de passe."))
    words: dict[str, str] = {}
    for part in (data, *_unpacked(data)):
        _check_part(part)
        for number, found in enumerate(_TOLD.finditer(part), start=len(words)):
            if text := _said(found).strip():
                words[f"{found['what'].decode().lower()}.{number}"] = text
    return words


def _check_part(part: bytes) -> None:
    if _RUNS.search(part):
        raise _refusal(
            N_(
                "Ce PDF contient un programme ou un autre fichier. Imprime-le en PDF, puis envoie"
                " le nouveau."
            )
        )
    named = any(_said(found).strip() for found in _AUTHOR.finditer(part))
    if named or _AUTHOR_ELSEWHERE.search(part) or _XMP_AUTHOR.search(part):
        raise _refusal(
            N_(
                "Ce PDF dit qui l'a fait. Dans ton logiciel, ouvre « Propriétés », vide « Auteur »,"
                " puis enregistre le PDF à nouveau."
            )
        )
    if _PHOTO_WITH_PLACE in part:
        raise _refusal(
            N_(
                "Une photo dans ce PDF peut dire où elle a été prise. Envoie la photo à part, ou"
                " imprime le PDF en PDF."
            )
        )


def _unpacked(data: bytes) -> Iterator[bytes]:
    left = LARGEST_UNPACKED
    for found in _STREAM.finditer(data):
        end = data.find(b"endstream", found.end())
        packed = zlib.decompressobj()
        try:
            part = packed.decompress(data[found.end() : end if end >= 0 else None], left)
        except zlib.error:
            continue  # a photo, or a font that is not packed: the bytes were searched as they are
        left -= len(part)
        if left <= 0 or packed.unconsumed_tail:
            raise _refusal(N_("Ce PDF est trop grand une fois ouvert. Fais-en un plus petit."))
        yield part


def _said(found: re.Match[bytes]) -> str:
    """Return the text of a PDF string, written in brackets or as hexadecimal digits."""
    if found["hex"] is not None:
        digits = b"".join(found["hex"].split())
        raw = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    else:
        raw = _ESCAPE.sub(_unescaped, found["text"])
    if raw.startswith(b"\xfe\xff"):
        return raw[2:].decode("utf-16-be", "replace")
    return raw.removeprefix(b"\xef\xbb\xbf").decode(
        "utf-8" if raw[:1] == b"\xef" else "cp1252", "replace"
    )


def _unescaped(found: re.Match[bytes]) -> bytes:
    sign: bytes = found[1]
    if sign.isdigit():
        return bytes([int(sign, 8) & 255]) if all(one in b"01234567" for one in sign) else sign
    return {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"\n": b""}.get(sign, sign)


def _refusal(message: str) -> Refused:
    return Refused(message, field="files")
