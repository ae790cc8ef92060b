"""On a long first sync people see how far it is, on the page and in the terminal."""

from __future__ import annotations

import re
from html import unescape

import pytest
from click.testing import CliRunner
from log_writer import Writer
from peers import Node

from kpa_federation.peers import progress, visiting

PEER = "b" * 32
COUNT = 1300


def words(shown):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown.text)).split())


@pytest.fixture(scope="module")
def long():
    writer = Writer("roubaix")
    for place in range(COUNT - 1):
        writer.put(f"Fiche {place}")
    node = Node()
    node.write(writer)
    return writer.origin, node


class Slow:
    """A line that ends in the middle, as often as it is told."""

    def __init__(self, node, cuts):
        self.node, self.cuts, self.heads = node, cuts, node.heads

    def sync(self, asked):
        sent = 0
        for line in self.node.sync(asked):
            sent += len(line)
            if self.cuts and sent > 150_000:
                self.cuts -= 1
                return
            yield line


@pytest.fixture
def slow(home, long, monkeypatch):
    """One's own KPA, following a neighbour over a line that is cut once."""
    monkeypatch.setattr(progress, "EVERY", 0)
    monkeypatch.setattr("kpa_federation.log.taking_in.BATCH_ENTRIES", 100)
    pull = visiting.pulling.pull
    monkeypatch.setattr(visiting.pulling, "pull", lambda *a, **more: pull(*a, chunk=1, **more))
    home.follow(long[0], Slow(long[1], 1))
    return home


def test_the_page_shows_how_far_it_got_until_it_is_whole(slow, long):
    slow.pull()
    with slow.kpa.client_for("member") as browser:
        shown = words(browser.get("/federation/voisins")).replace("\N{NARROW NO-BREAK SPACE}", " ")
        done = re.search(r"Ses lignes arrivent : (\d+) lignes sur 1 300 \(", shown)
        assert 100 <= int(done[1]) < COUNT, shown
    told = []
    with slow.work() as work:
        visiting.pull_all(work, lambda *far: told.append(far))
    steps = [here for _, here, _ in told]
    assert steps == sorted(steps)
    assert steps[0] > int(done[1])  # it goes on from there
    assert (steps[-1], {whole for _, _, whole in told}) == (COUNT, {COUNT})
    with slow.kpa.client_for("member") as browser:
        assert "Ses lignes arrivent" not in words(browser.get("/federation/voisins"))
    assert progress.under_way(slow.kpa.instance.settings.root) == {}


def test_the_terminal_says_it_too(slow, long):
    import click

    from kpa_core.commands import Session
    from kpa_core.work import OPERATOR
    from kpa_federation import cli

    class Lent:
        def __getattr__(self, name):
            return getattr(slow.kpa.instance, name)

        def close(self):
            pass

    group = click.Group("federation")
    cli.add(group)
    session = Session(Lent, lambda *_: OPERATOR)
    done = CliRunner().invoke(group, ["pull"], obj=session)
    assert done.exit_code == 0, done.output
    said = done.stderr.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert re.search(rf"{long[0]} : \d+ lignes sur 1 300\n", said), said


def test_a_note_that_is_broken_is_left_out(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / f"{progress.FILES}{PEER}").write_text('{"done":')
    assert progress.under_way(tmp_path) == {}
