"""Send a file that may be large: it is written on the disk, never whole in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import IO

from flask import Response, send_file

from kpa_core.pages import download

ZIP = "application/zip"
AT_ONCE = 1024 * 1024
"""Bytes of an answer that is made whole; a larger one is sent from its file."""


def send_zip(write: Callable[[IO[bytes]], str]) -> Response:
    """Answer with the ZIP that ``write`` writes and names."""
    # No context: what is sent is closed by the server once it has left.
    file = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        name = write(file)
    except BaseException:
        file.close()
        raise
    size = file.tell()
    file.seek(0)
    if size <= AT_ONCE:
        with file:
            return download(file.read(), ZIP, name)
    answer = send_file(file, ZIP, as_attachment=True, download_name=name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
