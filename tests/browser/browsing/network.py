"""A neighbour for the told KPA, in the same process, and records of every kind both ways."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa
from world.network import ADDRESS, GUARDIANS, SHEETS, Wire, write

from kpa_catering.books import import_cookbook
from kpa_catering.cookbook import example
from kpa_catering.menu_fields import KEY as MENU
from kpa_core import jobs
from kpa_core.activities.activities import NewActivity, propose_activity
from kpa_core.clock import now
from kpa_core.demo.buffet import REFERENT
from kpa_core.demo.opening import BUFFETS
from kpa_core.testing import TestKpa
from kpa_core.work import KPA, OPERATOR, Work
from kpa_federation.carrying import writing_out
from kpa_federation.carrying.views import BROUGHT
from kpa_federation.catalogue.kinds import RESOURCE
from kpa_federation.catalogue.kinds.learning import LEARNING
from kpa_federation.ceremonies import service as ceremonies
from kpa_federation.guardians import exchange
from kpa_federation.log.models import EvidenceRow
from kpa_federation.own import writing
from kpa_federation.peers import inviting, visiting
from kpa_federation.peers import service as peers
from kpa_federation.peers.models import PeerRow
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import put
from kpa_federation.records import drafts, publishing, reading, things
from kpa_federation.records.kinds import kinds

if TYPE_CHECKING:
    from browsing.told import Told

NEIGHBOUR = "Coopérative Jeunesse de Services d'Arras et des villages d'alentour"
LONG = "Anticonstitutionnellement" * 4
BLOCKED, WAITING = "b" * 32, "c" * 32
STEPS = ("at rest", "begun", "promised", "drilled", "asked", "answers", "one answer", "signed")


def share(told: Told) -> None:
    """Join the KPA and its neighbour, and let them read each other."""
    root = told.kpa.instance.settings.root
    other = TestKpa.make(
        root.with_name("voisin"),
        name=NEIGHBOUR,
        plugins=["federation", "catering"],
        instance={"base_url": ADDRESS},
    )
    told.neighbour = other
    vars(told.kpa.instance)["http"] = Wire(other.app)
    vars(other.instance)["http"] = Wire(told.kpa.app)
    with other.work(KPA) as work:
        theirs = writing.open_log(work)
        _publish_all(work)
    with told.kpa.work(KPA) as work:
        writing.open_log(work)
    with told.kpa.work(OPERATOR) as work:
        peers.add_peer(work, theirs, ADDRESS, NEIGHBOUR)
    _meet_others(told.kpa)
    _write_ours(told)
    with told.kpa.work(KPA) as work:
        visiting.pull_all(work)
    _take(told)
    (root / BROUGHT).parent.mkdir(exist_ok=True)
    with other.work(OPERATOR) as work:
        writing_out.write(work, root / BROUGHT)
    jobs.run_due(told.kpa.instance)
    _quarrel(told.kpa)
    for step in STEPS[1:5]:
        go_on(told.kpa, step)


def node(told: Told, folder: Path) -> TestKpa:
    """Make a network node that follows the neighbour."""
    assert told.neighbour is not None
    about = {"kind": "network", "base_url": "https://noeud.example"}
    made = TestKpa.make(folder / "noeud", name="Nœud", plugins=["federation"], instance=about)
    vars(made.instance)["http"] = Wire(told.neighbour.app)
    with told.neighbour.work(KPA) as work:
        theirs = writing.open_log(work)
    with made.work(KPA) as work:
        writing.open_log(work)
    with made.work(OPERATOR) as work:
        peers.add_peer(work, theirs, ADDRESS, NEIGHBOUR)
        visiting.pull_all(work)
    return made


def records(kpa: TestKpa) -> list[str]:
    """Return the names of all records that can be read, put aside or not."""
    with kpa.work(KPA) as work:
        known = kinds(work)
        found = [*reading.records(work, known, most=None), *reading.quarantine(work, known)]
        return [one.name for one in found]


def link(told: Told) -> str:
    """Return the link of an invitation of the neighbour's."""
    assert told.neighbour is not None
    with told.neighbour.work(OPERATOR) as work:
        return inviting.invite(work).link()


def go_on(kpa: TestKpa, step: str) -> None:
    """Bring the keys to their next step."""
    with kpa.work(OPERATOR) as work:
        _STEPS[step](work)


def _begin(work: Work) -> None:
    ceremonies.begin(work, "first", guardians=GUARDIANS)


def _promise(work: Work) -> None:
    for name, sheet in zip(GUARDIANS, SHEETS, strict=True):
        ceremonies.promise(work, name, sheet.line)


def _drill(work: Work) -> None:
    for name, sheet in zip(GUARDIANS, SHEETS, strict=True):
        text = exchange.answer(ceremonies.drill(work), sheet.private).text()
        ceremonies.take_drill(work, name, text)


def _rotate(work: Work) -> None:
    ceremonies.write(work)
    ceremonies.begin(work, "rotation")
    ceremonies.ask(work)


def _answer(nth: int, work: Work) -> None:
    ceremonies.take(work, exchange.answer(ceremonies.request(work), SHEETS[nth].private).text())


_STEPS = {
    "at rest": ceremonies.stop,
    "begun": _begin,
    "promised": _promise,
    "drilled": _drill,
    "asked": ceremonies.ask,
    "answers": _rotate,
    "one answer": lambda work: _answer(0, work),
    "signed": lambda work: _answer(1, work),
}


def _publish_all(work: Work) -> None:
    """Publish what a neighbour may have: plain, long, in Arabic, of a plugin, of nobody's kind."""
    activity = propose_activity(work, NewActivity("Cuisine"))
    menu = import_cookbook(work, example(), activity.id, vat_rate_bp=1000).menus[0]
    plain = write(work, "Une serre en bouteilles")
    rows = [
        drafts.find_draft(work, plain),
        drafts.write_draft(work, LEARNING.key, LEARNING.example),
        drafts.write_draft(work, RESOURCE.key, {**RESOURCE.example, "title": LONG, "text": LONG}),
        drafts.write_draft(
            work,
            RESOURCE.key,
            {**RESOURCE.example, "title": "بوفيه شرقي", "text": "نطبخ معا", "lang": "ar"},
            "CC-BY-4.0",
        ),
        things.draft_thing(work, MENU, menu.id),
    ]
    for row in rows:
        publishing.publish(work, row.id, row.version)
    stray = write_body({"title": "Un vélo cargo", "wheels": 3, "parts": [{"name": LONG}]})
    broken = write_body({"title": ["pas un titre"]})
    for body, kind in ((stray, "velo.example/bike/1"), (broken, RESOURCE.key)):
        line = put(body, at=work.today, kind=kind, licence="CC0-1.0")
        writing.append(work, [line], {0: body})


def _meet_others(kpa: TestKpa) -> None:
    """One that is blocked, one that nobody decided about, one that answers no more."""
    with kpa.work(OPERATOR) as work:
        peers.add_peer(work, BLOCKED, "https://bloque.example", "Un autre")
        peers.set_trust(work, BLOCKED, "blocked")
        peers.add_peer(work, "d" * 32, "https://loin.example", "Les Coopains à Bord !")
    with kpa.work(KPA) as work, work.transaction() as session:
        waiting = peers.meet(work, WAITING, "", "")
        waiting.trust = "waiting"
        stale = session.get_one(PeerRow, "d" * 32)
        stale.added_at = now() - timedelta(days=30)


def _write_ours(told: Told) -> None:
    """A draft, a published record, one that was changed since, one that was withdrawn."""
    amina = told.kpa.actor(UUID(told.stage.ids[REFERENT]))
    with told.kpa.work(amina) as work:
        ids = [write(work, f"Une étagère {nth}") for nth in range(4)]
        for one in ids[1:]:
            publishing.publish(work, one, drafts.find_draft(work, one).version)
        row = drafts.find_draft(work, ids[2])
        drafts.change_draft(work, row.id, row.version, {**row.body, "place": LONG}, row.licence)
        gone = drafts.find_draft(work, ids[3])
        assert gone.record is not None
        name = publishing.name_of(work.session, gone.record)
        publishing.retract(work, name, "outdated")


def _take(told: Told) -> None:
    """Take over a menu and a text, through the pages."""
    for name in records(told.kpa):
        page = f"/federation/fiches/lire/{name}"
        shown = told.stage.see(REFERENT, page)
        if f"{page}/reprendre" in shown.text and told.stage.ids[BUFFETS]:
            told.stage.do(REFERENT, f"{page}/reprendre", page=page)


def _quarrel(kpa: TestKpa) -> None:
    """A neighbour signed two stories."""
    with kpa.work(KPA) as work, work.transaction() as session:
        note = session.scalar(sa.text("SELECT note FROM federation_log LIMIT 1"))
        for verdict in ("keep", "freeze"):
            session.add(
                EvidenceRow(
                    origin="d" * 32,
                    found_at=now(),
                    first=note,
                    second=note,
                    other_root=b"r" * 32,
                    proof=b"",
                    verdict=verdict,
                )
            )


def own_files(kpa: TestKpa) -> dict[Path, bytes]:
    """Return the network's files beside the database: its key, the head that was signed last."""
    root = kpa.instance.settings.root
    places = [path for one in ("data", "secrets") for path in (root / one).glob("federation.*")]
    return {path: path.read_bytes() for path in places if path.is_file()}
