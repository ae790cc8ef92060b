"""Write down what two instances say to each other: ``python transcribing.py FOLDER``.

Each version of the protocol is written down once, when it comes out; later versions must read it.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

from log_writer import Writer, guardians

from kpa_core import clock
from kpa_core.testing import TestKpa
from kpa_core.work import KPA, OPERATOR
from kpa_federation.log import keeping
from kpa_federation.own import writing
from kpa_federation.peers import inviting, pinging, service, visiting, witnessing
from kpa_federation.peers.over_http import HttpPeer
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import put

KEPT = ("content-type", "content-encoding", "date", "cache-control")


class Recorder:
    """Takes the place of the network: asks another application, and keeps both sides."""

    def __init__(self, apps):
        self.apps, self.said = apps, []

    def fetch(self, method, url, *, headers=None, body=None, **_limits):
        place, path = url.partition("/federation/")[::2]
        answer = (
            self.apps[place]
            .test_client()
            .open("/federation/" + path, base_url=place, method=method, headers=headers, data=body)
        )
        told = {name.lower(): one for name, one in answer.headers.items()}
        self.said.append(
            {
                "method": method,
                "url": url,
                "headers": dict(headers or {}),
                "body": _text(body or b""),
                "status": answer.status_code,
                "answer_headers": {name: told[name] for name in KEPT if name in told},
                "answer": _text(answer.data),
            }
        )
        return SimpleNamespace(status=answer.status_code, headers=told, body=answer.data)

    @contextmanager
    def stream(self, method, url, **asked):
        answer = self.fetch(method, url, **asked)
        answer.pieces = iter([answer.body])
        yield answer


def _text(data):
    try:
        return data.decode()
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def carried_log():
    """Return a log with everything an entry can be: revised, withdrawn, void, another key."""
    all_three = guardians("anis", "optéos", "condition")
    made = Writer("cape", all_three)
    for words in ("Une étagère en palettes", "Un four à pain", "À retirer", "À effacer"):
        made.put(words)
    made.put("Une étagère, mieux", record=1, revision=2)
    made.withdraw(3, 2)
    made.withdraw(4, 2, op="purge", reason="privacy")
    made.append(b'{"at":"2026-11-23","op":"unknown"}')
    made.rotate("cape 2", ["anis", "condition"], all_three)
    made.put("Après la nouvelle clé")
    return made


def instance(folder, name):
    made = TestKpa.make(
        folder / name,
        name=name,
        plugins=["federation"],
        instance={"base_url": f"https://{name.lower()}.example"},
    )
    body = write_body({"title": f"Bonjour de {name}"})
    line = put(body, at=date(2026, 11, 23), kind="kpa.example/note/1", licence="CC0-1.0")
    with made.instance.work(KPA) as work:
        origin = writing.open_log(work)
        writing.append(work, [line], {0: body})
    return made, origin


def talk(folder):
    """Let two instances meet, read each other and cosign; return what was said, and the result."""
    (roubaix, here), (lille, there) = instance(folder, "Roubaix"), instance(folder, "Lille")
    apps = {
        f"https://{one}.example": kpa.app for one, kpa in (("roubaix", roubaix), ("lille", lille))
    }
    said = []
    for kpa in (roubaix, lille):
        kpa.instance.http = Recorder(apps)
        kpa.instance.http.said = said
    cape = carried_log()
    with roubaix.instance.work(OPERATOR) as work:
        service.add_peer(work, cape.origin, "", "La Cape")
        state, entries = keeping.state_of(work.session, cape.origin).take(cape.section())
        with work.transaction() as session:
            made = keeping.Verified(state, 0, entries, cape.bodies, cape.checkpoint())
            keeping.keep(session, [made], clock.now())
        link = inviting.invite(work).link()
    with lille.instance.work(OPERATOR) as work:
        service.add_peer(work, cape.origin, "", "La Cape")
        inviting.accept(work, inviting.read_link(link))
    for kpa in (lille, roubaix):
        with kpa.instance.work(KPA) as work:
            visiting.pull_all(work)
    with lille.instance.work(KPA) as work:
        pinging.tell_peers(work)
    with roubaix.instance.work(KPA) as work:
        witnessing.collect(work)
    peer = HttpPeer(lille.instance.http, "https://roubaix.example")
    for origin in (here, cape.origin):
        peer.checkpoint(origin)
    for path in (
        f"checkpoint/{here}?cosignatures=1",
        f"proof/{cape.origin}?size=11&index=1",
        f"proof/{cape.origin}?size=11&old=5",
        f"log/{cape.origin}?from=2&to=6",
    ):
        peer.http.fetch("GET", f"https://roubaix.example/federation/v1/{path}")
    with lille.instance.work(KPA) as work:
        states = {one: keeping.state_of(work.session, one) for one in (here, there, cape.origin)}
    held = {
        origin: {
            "size": state.size,
            "root": base64.b64encode(state.frontier.root()).decode(),
            "key": base64.b64encode(state.identity.key).decode(),
        }
        for origin, state in states.items()
    }
    roubaix.close()
    lille.close()
    return said, {"roubaix": here, "lille": there, "cape": cape.origin, "held": held}


def main(target):
    with tempfile.TemporaryDirectory() as folder:
        said, result = talk(Path(folder))
    for number, one in enumerate(said, 1):
        what = urlsplit(one["url"]).path.split("/")[3]
        text = json.dumps(one, ensure_ascii=False, indent=1, sort_keys=True)
        (target / f"{number:02}_{what}.json").write_text(text + "\n", "utf-8")
    text = json.dumps(result, indent=1, sort_keys=True)
    (target / "result.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
