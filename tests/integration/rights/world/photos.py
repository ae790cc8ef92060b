"""A photo, as a phone would send it."""

from __future__ import annotations

import io

from PIL import Image


def photo(colour: str = "teal", kind: str = "JPEG") -> bytes:
    """Return a small picture."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, kind)
    return out.getvalue()


PHOTO = photo()
