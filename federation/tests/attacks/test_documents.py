"""R28: a document is what its type says; a file that somebody put somewhere speaks for nobody."""

from __future__ import annotations

import base64
import io
import json
import re
import struct
import zipfile
import zlib
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from log_writer import Writer
from peers import Node
from PIL import Image
from towns import town as town

from kpa_core.errors import Refused
from kpa_core.testing import TestKpa
from kpa_core.work import KPA
from kpa_federation.catalogue.attachments import clean_file
from kpa_federation.catalogue.kinds import RESOURCE
from kpa_federation.log.serving import Asked
from kpa_federation.own import writing
from kpa_federation.peers.over_http import HttpPeer
from kpa_federation.protocol.errors import ProtocolError

JSON, BUNDLE, TEXT = "application/json", "application/vnd.kpa.bundle", "text/plain; charset=utf-8"
WRONG = (
    "",
    "text/html",
    "text/html; charset=utf-8",
    "image/svg+xml",
    "application/octet-stream",
    "application/ld+json",
    "application/jsonp",
    "text/json",
    "multipart/form-data; boundary=application/json",
    "application/vnd.kpa.bundle+zip",
    "application/json, text/html",
)


class Host:
    """A peer's machine, where each address answers with the true bytes under a type."""

    def __init__(self, node, types):
        self.node, self.types = node, types

    def _answer(self, path, body):
        if path == "heads":
            cursor, found = self.node.heads("")
            heads = {
                origin: {"root": base64.b64encode(root).decode(), "size": size}
                for origin, (size, root) in found.items()
            }
            return json.dumps({"cursor": cursor, "heads": heads}).encode()
        if path == "sync":
            return b"".join(self.node.sync(Asked(json.loads(body)["want"])))
        return self.node.checkpoint(path.rpartition("/")[2]).note().encode()

    def fetch(self, _method, url, *, body=None, **_limits):
        path = url.partition("/v1/")[2]
        said = self.types[path.partition("/")[0]]
        headers = {"content-type": said} if said else {}
        return SimpleNamespace(status=200, headers=headers, body=self._answer(path, body))

    @contextmanager
    def stream(self, method, url, **asked):
        answer = self.fetch(method, url, **asked)
        answer.pieces = iter([answer.body])
        yield answer


RIGHT = {"heads": JSON, "sync": BUNDLE, "checkpoint": TEXT}


@pytest.fixture(scope="module")
def source():
    writer, node = Writer("roubaix"), Node("source")
    writer.put("Une fiche")
    node.write(writer)
    return writer, node


def test_the_right_types_bring_the_log(source):
    writer, node = source
    peer, reader = HttpPeer(Host(node, RIGHT), "https://a.example"), Node("reader")
    assert reader.pull(peer).entries == 2
    assert peer.checkpoint(writer.origin).size == 2


@pytest.mark.parametrize("door", RIGHT)
def test_true_bytes_of_another_type_are_no_document(source, door):
    writer, node = source
    for said in (*WRONG, *(set(RIGHT.values()) - {RIGHT[door]})):
        peer = HttpPeer(Host(node, {**RIGHT, door: said}), "https://a.example")
        reader = Node("reader")
        with pytest.raises(ProtocolError):
            reader.pull(peer) if door != "checkpoint" else peer.checkpoint(writer.origin)
        assert reader.roots() == {}


def test_a_bundle_that_a_member_uploaded_is_served_as_no_document(town, source):
    """The one door through which a person's bytes leave a peer's machine, beside its logs."""
    writer, node = source
    roubaix = town("Roubaix")
    bundle = b"".join(node.sync(Asked({writer.origin: 0})))
    with roubaix.kpa.client_for("animator") as browser:
        link = uploaded(browser, "bundle.txt", bundle)
        for address in (link, f"/federation/v1/blob/{link.rpartition('/')[2]}"):
            answer = browser.client.get(address)
            assert answer.data == bundle
            assert answer.mimetype not in (JSON, BUNDLE)
            peer = HttpPeer(Elsewhere(answer), "https://a.example")
            with pytest.raises(ProtocolError):
                Node().pull(peer)


class Elsewhere:
    """Gives one answer to whatever is asked, as a redirect within a machine would."""

    def __init__(self, answer):
        self.answer = answer

    def fetch(self, *_asked, **_limits):
        headers = {name.lower(): one for name, one in self.answer.headers.items()}
        return SimpleNamespace(status=200, headers=headers, body=self.answer.data)


# --- what people upload


TYPED = {
    "said_title": "Réparer un vélo",
    "said_summary": "On répare des vélos donnés.",
    "said_text": "On démonte.",
    "said_place": "Roubaix",
    "said_needs": "",
    "said_state": "tested",
    "said_lang": "fr",
    "said_tags": "",
    "licence": "CC-BY-SA-4.0",
}


def with_file(browser, name, data):
    page = browser.submit(f"/federation/fiches/nos/nouvelle/{RESOURCE.key}", **TYPED).url
    return page, browser.submit(f"{page}/fichier", file=(io.BytesIO(data), name))


def uploaded(browser, name, data):
    """Publish a record with a file; return the address of the file."""
    page, _ = with_file(browser, name, data)
    shown = browser.submit(f"{page}/publier", looked="y")
    return re.search(r"/federation/fiches/fichiers/[0-9a-f]{64}", shown.text)[0]


SCRIPT = b"<script>alert(document.domain)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'


def chunk(kind, data):
    whole = kind + data
    return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))


def pixels(side):
    """Return a picture of so many white pixels a side, in a few kilobytes."""
    rows = zlib.compressobj(9)
    line = b"\0" + b"\xff" * ((side + 7) // 8)
    data = b"".join(rows.compress(line) for _ in range(side)) + rows.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def jpeg():
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "JPEG")
    return out.getvalue()


def zipped(*names):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in names:
            packed.writestr(name, "x")
    return out.getvalue()


REFUSED = {
    "an SVG with a script": ("logo.svg", SVG),
    "an SVG named as a picture": ("logo.png", SVG),
    "a page": ("page.html", b"<!doctype html>" + SCRIPT),
    "a page named as a text": ("notes.txt", b"hello " + SCRIPT),
    "a page behind a mark": ("notes.txt", b"\xef\xbb\xbf" + SCRIPT),
    "a page behind spaces": ("notes.txt", b" " * 3000 + SCRIPT),
    "an archive that climbs": ("sac.zip", zipped("../../../kpa.toml", "/etc/passwd")),
    "an archive named as a text": ("sac.txt", zipped("a")),
    "10,000 x 10,000 pixels": ("fond.png", pixels(10_000)),
    "8,000 x 8,000 pixels": ("fond.png", pixels(8000)),
    "100,000 x 100,000 pixels": ("fond.png", pixels(1)[:16] + struct.pack(">II", 10**5, 10**5)),
    "a GIF that is a script": ("x.gif", b"GIF89a/*" + b"\0" * 9 + b"*/=1;alert(1)"),
    "a program": ("x.txt", b"\x7fELF\x02\x01\x01\0"),
    "a PDF that runs": ("x.pdf", b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(1)>>>>endobj"),
}
NEUTRAL = {
    "a picture with a page behind": ("photo.html", jpeg() + b"<html>" + SCRIPT),
    "a picture with an archive behind": ("photo.zip", jpeg() + zipped("../x")),
    "a text named as a page": ("page.html", b"bonjour"),
    "a text far before a page": ("notes.htm", b"bonjour " * 600 + SCRIPT),
    "a name that climbs": ("../../../data/kpa.sqlite3", b"bonjour"),
    "a name that climbs elsewhere": ("..\\..\\kpa.toml", b"bonjour"),
    "a name with a line in it": ("a%0d%0aSet-Cookie: x=1.txt", b"bonjour"),
    "a name with a quote in it": ('a"; filename="x.html', b"bonjour"),
    "a name that turns around": ("photo\u202egpj.html", b"bonjour"),
}


@pytest.mark.parametrize(("name", "data"), REFUSED.values(), ids=REFUSED)
def test_what_could_run_or_burst_is_refused_in_words(name, data):
    with pytest.raises(Refused):
        clean_file(name, data)


@pytest.fixture(scope="module")
def animator(tmp_path_factory):
    kpa = TestKpa.make(tmp_path_factory.mktemp("uploads") / "kpa", plugins=["federation"])
    with kpa.instance.work(KPA) as work:
        writing.open_log(work)
    with kpa.client_for("animator") as browser:
        yield kpa, browser
    kpa.close()


def test_a_page_says_no_and_keeps_nothing(animator):
    kpa, browser = animator
    before = sorted(kpa.instance.settings.root.rglob("*"))
    for name, data in REFUSED.values():
        page, shown = with_file(browser, name, data)
        assert shown.status == 422
        assert "/fichiers/" not in browser.get(page).text
    after = [one for one in kpa.instance.settings.root.rglob("*") if one not in before]
    assert [one for one in after if one.suffix not in (".log", "-wal", "-shm")] == []


@pytest.mark.parametrize("case", NEUTRAL)
def test_what_goes_is_neutral_wherever_it_is_asked_for(animator, case):
    (kpa, browser), (name, data) = animator, NEUTRAL[case]
    more = b" mot" * list(NEUTRAL).index(case) if data.startswith(b"bonjour") else b""
    link = uploaded(browser, name, data + more)
    digest = link.rpartition("/")[2]
    for address in (link, f"/federation/v1/blob/{digest}"):
        answer = browser.client.get(address)
        headers = answer.headers
        assert answer.status_code == 200
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert re.fullmatch(
            r"attachment(; filename=\"?[\w.-]+\"?)?", headers["Content-Disposition"]
        )
        assert not re.search(r"\.(html?|svg|zip|toml|sqlite3)\b", headers["Content-Disposition"])
        assert answer.mimetype in ("text/plain", "image/jpeg", "application/octet-stream")
        assert "Set-Cookie" not in headers or "x=1" not in headers["Set-Cookie"]
        if data.startswith(b"\xff\xd8"):
            assert b"script" not in answer.data
            assert b"PK" not in answer.data
    for file in kpa.instance.settings.root.rglob("*"):
        assert file.name == digest or digest[:8] not in file.name or file.is_dir()
    stored = [one.name for one in kpa.instance.files.folder.rglob("*") if one.is_file()]
    assert stored
    assert all(re.fullmatch(r"[0-9a-f-]+(\.[a-z]+)?", one) for one in stored)
