"""Large networks on small machines: memory stays bounded, and months away are caught up."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from log_writer import Writer
from peers import NOW, Node

from kpa_federation.log import keeping
from kpa_federation.log.serving import Asked
from kpa_federation.protocol.reading import LogState

MOST_MEMORY = 256
"""Mebibytes of the process that takes it in; getrusage would count those of its parent."""

TAKE_IN = """
import gzip, json, sys, time
sys.path.insert(0, sys.argv[1])
from kpa_federation.log.pulling import read_file
from peers import NOW, Node
node = Node(url=sys.argv[2])
def pieces():
    with gzip.open(sys.argv[3]) as packed:
        while piece := packed.read(65536):
            yield piece
began = time.monotonic()
done, _ = read_file(node.store, pieces(), follows=lambda _: True, now=NOW)
print(json.dumps({
    "entries": done.entries, "refused": len(done.refused),
    "seconds": time.monotonic() - began,
    "mebibytes": int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) // 1024,
}))
"""


def source_of(origins, records):
    node, made = Node("source"), []
    for number in range(origins):
        writer = Writer(f"kpa {number}")
        for place in range(records):
            writer.put(f"Une fiche de {number} " * 8 + str(place))
        state, entries = LogState(writer.origin).take(writer.section())
        checkpoint = writer.checkpoint()
        made.append(keeping.Verified(state, 0, entries, writer.bodies, checkpoint))
        if len(made) == 50 or number == origins - 1:
            with node.store.writing() as session:
                keeping.keep(session, made, NOW)
            made.clear()
    return node


def take_in(tmp_path, source, want):
    """Read a file in a process of its own, on a database file; return what it took."""
    file, known = tmp_path / "bundle.gz", tmp_path / "reader.sqlite3"
    with gzip.open(file, "wb", 1) as packed:
        for line in source.sync(Asked(want, most=2**62)):
            packed.write(line)
    tests = str(Path(__file__).parents[1])
    known.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, "-c", TAKE_IN, tests, f"sqlite:///{known}", str(file)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("origins", "records"), [(40, 20), pytest.param(1000, 100, marks=pytest.mark.long)]
)
def test_many_origins_come_in_little_memory(tmp_path, origins, records):
    source = source_of(origins, records)
    done = take_in(tmp_path, source, dict.fromkeys(source.roots(), 0))
    assert (done["entries"], done["refused"]) == (origins * (records + 1), 0)
    assert done["mebibytes"] <= MOST_MEMORY, done


@pytest.mark.long
def test_twenty_thousand_changes_are_caught_up_within_a_minute(tmp_path):
    writer, node, reader = Writer("roubaix"), Node("source"), Node("reader")
    revisions = {}
    for place in range(2000):
        revisions[writer.put(f"Fiche {place}")] = 1
    node.write(writer)
    reader.pull(node)
    for change in range(20_000):
        record = 1 + change % 2000
        revisions[record] += 1
        if change >= 19_000:
            writer.withdraw(record, revisions[record])
        else:
            writer.put(f"Fiche {record}, {change}", record, revisions[record])
    node.write(writer)
    sent = node.sent
    later = NOW.replace(year=NOW.year + 1)
    assert reader.pull(node, now=later).entries == 20_000
    assert reader.roots() == node.roots()
    assert len(reader.bodies(writer.origin)) == 1000
    assert node.sent - sent < 20_000 * 260  # headers, and a thousand bodies alone
    whole = take_in(tmp_path, node, {writer.origin: 0})
    assert whole["seconds"] < 60
    assert whole["mebibytes"] <= MOST_MEMORY, whole
