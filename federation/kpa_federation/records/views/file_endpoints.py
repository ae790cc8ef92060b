"""Files for peers, by their hash: ours that are published, and those that came from elsewhere."""

from __future__ import annotations

import io
import re

from flask import Response, send_file

from kpa_core.api import NotFound, Pages, current_work
from kpa_federation.blobs import fetching
from kpa_federation.peers import throttle
from kpa_federation.records import files

SHA256 = re.compile(r"[0-9a-f]{64}")


def add(pages: Pages) -> None:
    """Add the endpoint of files; pieces of them by ``Range``."""

    @pages.machine("/v1/blob/<sha256>", needs="public.read")
    @throttle.costs(1)
    def blob(sha256: str) -> Response:
        work = current_work()
        if not SHA256.fullmatch(sha256):
            raise NotFound()
        row = files.published(work.session, sha256) or fetching.stored(work.session, sha256)
        if row is None:
            raise NotFound()
        data = io.BytesIO(work.instance.files.read(row))
        answer = send_file(data, fetching.UNKNOWN, conditional=True, download_name="file.bin")
        answer.direct_passthrough = False
        answer.headers["Content-Disposition"] = "attachment"
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return answer
