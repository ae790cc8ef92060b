"""The search for a recovery secret, in whatever way it might be written somewhere."""

from __future__ import annotations

import base64
import zipfile

from kpa_federation.guardians import groups


def spellings(secret):
    """Return every way in which a secret might be written somewhere."""
    raw = secret.private
    told = {
        raw,
        raw.hex().encode(),
        raw.hex().upper().encode(),
        base64.b64encode(raw).rstrip(b"="),
        base64.urlsafe_b64encode(raw).rstrip(b"="),
        base64.b32encode(raw).rstrip(b"="),
        base64.b32encode(raw).rstrip(b"=").lower(),
        repr(raw).encode(),
        secret.words.encode(),
        secret.words.lower().encode(),
        secret.words.replace(" ", "").encode(),
        secret.words.replace(" ", "").lower().encode(),
    }
    parts = {secret.words[:11].encode(), secret.words[:11].replace(" ", "").encode()}
    return told | parts | set(_within(raw))


def _within(raw):
    """Give what shows of a secret that is a part of something longer: the signs it alone makes."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw)
        yield whole[(8 * before + 5) // 6 : (before + len(raw)) * 8 // 6]
    for before in range(5):
        shifted = b"\0" * before + raw
        for whole in (base64.b32encode(shifted), groups.to_signs(shifted).encode()):
            yield whole[(8 * before + 4) // 5 : len(shifted) * 8 // 5]


def found_in(data, secret):
    return [one for one in spellings(secret) if one in data]


def files_with(folder, secret):
    """Return the files of a folder that hold a secret; a zip is looked into."""
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(found_in(data, secret) for data in _contents(path))
    ]


def _contents(path):
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                yield packed.read(name)
