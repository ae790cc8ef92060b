"""Where to go after signing in: only to an address of our own. Pure."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

LONGEST = 300
_SAFE = re.compile(r"/(?:[A-Za-z0-9_~.\-][A-Za-z0-9_~.\-/]*)?(?:\?[A-Za-z0-9_~.\-=&%]*)?")


def local_path(text: str | None) -> str:
    """Return ``text`` if it is a plain path of this site, or an empty text.

    Browsers read ``//host``, ``/\\host`` and tabs inside as another site: anything beyond the plain
    signs of our own addresses is dropped, not repaired.
    """
    if not text or len(text) > LONGEST or not _SAFE.fullmatch(text):
        return ""
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or "//" in parts.path or ".." in parts.path:
        return ""
    return text
