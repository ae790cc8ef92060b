"""A KPA that holds ceremonies, its neighbour, and its guardians: what those tests are told with."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

import sqlalchemy as sa

from kpa_core.work import KPA, OPERATOR
from kpa_federation import jobs
from kpa_federation.ceremonies import service
from kpa_federation.guardians import exchange
from kpa_federation.guardians.sheet import Secret
from kpa_federation.log import going_back, keeping, models, serving
from kpa_federation.own import writing
from kpa_federation.peers import visiting
from kpa_federation.protocol.bodies import write_body
from kpa_federation.protocol.entries import put, withdraw

NAMES = ("La structure porteuse", "La CAE", "Le lieu")
DAY = date(2026, 11, 23)


def sheet(name):
    """Return a guardian's sheet; the same in every run."""
    return Secret(sha256(f"kpa test sheet: {name}".encode()).digest())


SHEETS = {name: sheet(name) for name in NAMES}


class Hall:
    """One KPA and its neighbour."""

    def __init__(self, here, there):
        self.here, self.there = here, there

    # --- acts of the person who carries the ceremony out

    def do(self, act, *args, town=None, **more):
        with (town or self.here).work(OPERATOR) as work:
            return act(work, *args, **more)

    def first(self):
        """Give the KPA its guardians."""
        self.do(service.begin, "first")
        self.sheets()
        self.do(service.ask)
        self.do(service.write)

    def sheets(self, town=None):
        for name in NAMES:
            self.do(service.promise, name, SHEETS[name].line, town=town)
            asked = self.do(service.drill, town=town)
            answer = exchange.answer(asked, SHEETS[name].private).text()
            self.do(service.take_drill, name, answer, town=town)

    def answers(self, *names, town=None):
        """Have these guardians answer the letter, on their own machines."""
        asked = exchange.read_request(self.do(service.letter, town=town))
        for name in names:
            text = exchange.answer(asked, SHEETS[name].private).text()
            self.do(service.take, text, town=town)

    def change(self, why, *names, town=None, **more):
        """Hold a whole ceremony with the answers of these guardians."""
        self.do(service.begin, why, town=town, **more)
        self.do(service.ask, town=town)
        self.answers(*names, town=town)
        self.do(service.write, town=town)

    def publish(self, words, town=None):
        body = write_body({"title": words})
        line = put(body, at=DAY, kind="kpa.example/note/1", licence="CC0-1.0")
        return self.append([line], {0: body}, town)

    def withdraw(self, record, revision=2, op="purge", town=None):
        line = withdraw(op, at=DAY, record=record, revision=revision, reason="error")
        return self.append([line], {}, town)

    def append(self, lines, bodies, town=None):
        with (town or self.here).work(KPA) as work:
            return writing.append(work, lines, bodies)

    def tell(self, town=None):
        """Do the jobs that wait: the neighbours are told."""
        with (town or self.here).work(KPA) as work:
            jobs.tell(work, {})

    # --- what is seen

    def state(self, town=None, origin=None):
        with (town or self.here).work(KPA) as work:
            return keeping.state_of(work.session, origin or self.here.origin)

    def both_agree(self):
        mine, theirs = self.state(), self.state(self.there)
        return (mine.size, mine.frontier, mine.identity) == (
            theirs.size,
            theirs.frontier,
            theirs.identity,
        )

    def titles(self, town=None):
        """Return what can be read of the log: the bodies that are live, by place."""
        with (town or self.here).work(KPA) as work:
            row = keeping.log_row(work.session, self.here.origin)
            places = serving.live_places(work.session, row.id)
            mine = sa.select(models.EntryRow).where(models.EntryRow.log_id == row.id)
            return {
                one.place: one.body for one in work.session.scalars(mine) if one.place in places
            }

    def lines(self, town=None):
        with (town or self.here).work(KPA) as work:
            row = keeping.log_row(work.session, self.here.origin)
            return going_back.lines_of(work.session, row.id)

    def root(self, town=None):
        return (town or self.here).kpa.instance.settings.root

    def pull(self, town=None):
        town = town or self.there
        with town.work(KPA) as work:
            return visiting.pull_all(work)
