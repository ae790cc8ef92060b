"""Files beside a record: which kinds may go, and what is taken out of them first.

The kind is read from the bytes, never from the name. Pictures are made anew from their pixels, so
that no place, name or machine stays. A PDF is never changed: one that names its author, holds a
photo with its place, runs something, or cannot be read through is refused, with what to do. Texts
are kept as UTF-8. All else is refused: web pages and SVG run code, office files hide names.

Nobody looks at what a picture or a page of a PDF shows: the page that publishes asks a person to.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from kpa_core.api import N_, Refused, clean_photo
from kpa_federation.catalogue import pdf

LARGEST = 10 * 1024 * 1024
NAME_LENGTH = 80
PDF = "application/pdf"
JPEG = "image/jpeg"
_ENDINGS = {PDF: ".pdf", JPEG: ".jpg", "text/csv": ".csv", "text/plain": ".txt"}
_MARKUP = (b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script", b"<body", b"<head", b"<iframe")
_OFFICE = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf")


@dataclass(frozen=True)
class CleanFile:
    """A file ready to go. ``words`` are its texts by place: give them to the linter."""

    name: str
    media_type: str
    data: bytes
    words: dict[str, str]


def clean_file(name: str, data: bytes) -> CleanFile:
    """Return the file as it may be published, under a tidy name.

    Raises:
        Refused: it is empty, too large, of a kind that does not go, or it tells who made it.
    """
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise Refused(N_("Ce fichier est vide. Choisis-en un autre."), field="files")
    if len(data) > LARGEST:
        raise Refused(
            N_("Ce fichier est trop lourd. Il faut moins de {most} Mo."), field="files", most=10
        )
    media_type, made, words = _cleaner_of(name, data)(data)
    tidy = _tidy_name(name, _ENDINGS[media_type])
    return CleanFile(tidy, media_type, made, {"name": tidy.replace("_", " "), **words})


Cleaned = tuple[str, bytes, dict[str, str]]


def _cleaner_of(name: str, data: bytes) -> Callable[[bytes], Cleaned]:
    is_webp = data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    if is_webp or data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return _clean_picture
    if data.startswith(b"%PDF-"):
        return _clean_pdf
    if data.startswith(_OFFICE):
        raise Refused(
            N_("Ce fichier peut cacher des noms. Enregistre-le en PDF, puis envoie le PDF."),
            field="files",
        )
    if any(mark in data[:4096].lower() for mark in _MARKUP):
        raise Refused(
            N_("Les pages web et les dessins SVG ne partent pas. Envoie une image ou un PDF."),
            field="files",
        )
    return _clean_csv if name.lower().endswith(".csv") else _clean_text


def _clean_picture(data: bytes) -> Cleaned:
    return JPEG, clean_photo(data), {}


def _clean_pdf(data: bytes) -> Cleaned:
    return PDF, data, pdf.checked_words(data)


def _clean_csv(data: bytes) -> Cleaned:
    _, made, words = _clean_text(data)
    return "text/csv", made, words


def _clean_text(data: bytes) -> Cleaned:
    """Return a text in UTF-8; spreadsheets in French often write another alphabet."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if any(unicodedata.category(sign) == "Cc" and sign not in "\t\n\r" for sign in text):
            break
        return "text/plain", text.encode(), {"text": text}
    raise Refused(
        N_("Ce genre de fichier ne part pas. Envoie une photo, un PDF, un texte ou un CSV."),
        field="files",
    )


def _tidy_name(name: str, ending: str) -> str:
    """Return a name safe to show and to save under, with the ending that tells the truth."""
    stem = PurePosixPath(name.replace("\\", "/")).name
    stem = stem.rpartition(".")[0] or stem
    plain = unicodedata.normalize("NFC", stem)
    kept = "".join(sign if sign.isalnum() or sign in "-_" else " " for sign in plain)
    return ("_".join(kept.split())[:NAME_LENGTH].strip("_-") or "fichier") + ending
