"""An OAI-PMH server on the same records, as Dublin Core. Runs in the peers' place.

oai_side.py serve RECORDS.json PORT    serve; the file is read again when it changed
oai_side.py pull PORT [SINCE]          harvest into memory, since a second
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from oaipmh.client import Client
from oaipmh.common import Header, Identify, Metadata
from oaipmh.error import NoRecordsMatchError
from oaipmh.metadata import MetadataRegistry, oai_dc_reader
from oaipmh.server import BatchingServer, oai_dc_writer
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

BATCH = 1000


class Archive:
    """The records, by the second they were written."""

    def __init__(self, path: str) -> None:
        self.path, self.read_at = path, 0.0
        self.rows: list[tuple[datetime, str, dict[str, Any]]] = []

    def _fresh(self) -> list[tuple[datetime, str, dict[str, Any]]]:
        changed = os.stat(self.path).st_mtime
        if changed != self.read_at:
            with open(self.path) as file:
                rows = json.load(file)
            self.rows = sorted(
                (datetime.fromtimestamp(at, UTC).replace(tzinfo=None), name, said)
                for at, name, said in rows
            )
            self.read_at = changed
        return self.rows

    def identify(self) -> Identify:
        """Say who this is."""
        return Identify(
            "Mesure",
            "http://127.0.0.1/",
            "2.0",
            ["mesure@example.org"],
            datetime(2020, 1, 1),
            "persistent",
            "YYYY-MM-DDThh:mm:ssZ",
            ["identity"],
        )

    def listRecords(
        self,
        metadataPrefix: str,
        set: str | None = None,
        from_: datetime | None = None,
        until: datetime | None = None,
        cursor: int = 0,
        batch_size: int = 10,
    ) -> Iterator[tuple[Header, Metadata, None]]:
        """Give a batch."""
        found = [row for row in self._fresh() if from_ is None or row[0] >= from_]
        for at, name, said in found[cursor : cursor + batch_size]:
            yield Header(None, name, at, [], False), Metadata(None, core(said)), None


def core(said: dict[str, Any]) -> dict[str, list[str]]:
    """Return a record as Dublin Core, as far as that goes."""
    return {
        "title": [said["title"]],
        "description": [said["text"], *said["steps"]],
        "subject": said["needs"],
        "coverage": [said["place"]],
        "language": [said["language"]],
        "identifier": [str(said["number"]), said["salt"]],
        "format": [f"{said['minutes']} min", f"{said['people']}"],
        "rights": ["CC-BY-SA-4.0"],
    }


class Quiet(WSGIRequestHandler):
    """Say nothing on the terminal."""

    def log_request(self, *_answer: object) -> None:
        """Say nothing."""


def registry() -> MetadataRegistry:
    """Return the one format everybody reads."""
    made = MetadataRegistry()
    made.registerReader("oai_dc", oai_dc_reader)
    made.registerWriter("oai_dc", oai_dc_writer)
    return made


def serve(path: str, port: int) -> None:
    """Serve until told to stop."""
    server = BatchingServer(Archive(path), registry(), resumption_batch_size=BATCH)

    @Request.application
    def app(request: Request) -> Response:
        said = server.handleRequest(dict(request.args) | dict(request.form))
        return Response(said, mimetype="text/xml")

    made = make_server("127.0.0.1", port, app, threaded=True, request_handler=Quiet)
    made.serve_forever()


def pull(port: int, since: str) -> None:
    """Harvest; print what it cost."""
    client = Client(f"http://127.0.0.1:{port}/", registry())
    client._day_granularity = False
    more: dict[str, Any] = {"from_": datetime.fromisoformat(since)} if since else {}
    cpu, start = time.process_time(), time.perf_counter()
    try:
        found = list(client.listRecords(metadataPrefix="oai_dc", **more))
    except NoRecordsMatchError:
        found = []
    seconds = time.perf_counter() - start
    print(
        json.dumps(
            {
                "seconds": seconds,
                "cpu": time.process_time() - cpu,
                "entries": len(found),
                "signatures": 0,
            }
        )
    )


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2], int(sys.argv[3]))
    else:
        pull(int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
