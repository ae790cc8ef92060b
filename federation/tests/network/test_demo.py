"""``make run``: four KPAs on one machine, made and joined by commands; they sync by themselves."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time

import pytest

from kpa_federation.catalogue.seeds import GROUPS, seeds

PATIENCE = 400
"""Seconds, on a machine that does ten other things; alone it takes about thirty."""
OURS = ("kpa-cite.fr/resource/1", "kpa-cite.fr/learning/1")


def four_free_ports():
    for first in range(18_000, 19_000, 4):
        try:
            for port in range(first, first + 4):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError("no four ports in a row are free")


def readable(folder):
    """Return what can be read at a KPA: origin and number of each record with its words."""
    try:
        known = sqlite3.connect(f"file:{folder / 'data/kpa.sqlite3'}?mode=ro", uri=True)
        rows = known.execute(
            "SELECT origin, record FROM federation_record r"
            " JOIN federation_log l ON l.id = r.log_id"
            " JOIN federation_entry e ON e.log_id = r.log_id AND e.place = r.place"
            f" WHERE op = 'put' AND body IS NOT NULL AND kind IN {OURS}"
        ).fetchall()
        known.close()
    except sqlite3.OperationalError:  # it is being made
        return set()
    return set(rows)


@pytest.fixture
def demo(tmp_path):
    """Run the demo, and end it."""
    line = [sys.executable, "-m", "kpa_core", "federation", "demo", str(tmp_path / "demo")]
    port = four_free_ports()
    place = {name: one for name, one in os.environ.items() if not name.startswith("KPA_")}
    with (tmp_path / "said.txt").open("w") as said:
        running = subprocess.Popen(
            [*line, "--port", str(port)], env=place, stdout=said, stderr=said, cwd=tmp_path
        )
        yield running, port
        running.send_signal(signal.SIGTERM)
        running.wait(60)


def test_all_four_read_what_all_four_wrote(demo, tmp_path):
    running, port = demo
    beside = tmp_path / "demo-voisins"
    folders = [tmp_path / "demo", *(beside / key for key in GROUPS if key != "moulins-coop")]
    written = sum(len(list(seeds(key))) for key in GROUPS)
    deadline = time.monotonic() + PATIENCE
    found = []
    while time.monotonic() < deadline and running.poll() is None:
        found = [readable(folder) for folder in folders]
        if all(len(one) == written for one in found):
            break
        time.sleep(0.5)
    said = (tmp_path / "said.txt").read_text()
    assert [len(one) for one in found] == [written] * 4, said
    assert found[0] == found[1] == found[2] == found[3]
    assert len({origin for origin, _ in found[0]}) == 4

    running.send_signal(signal.SIGTERM)
    assert running.wait(60) == 0
    for one in range(port, port + 4):
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", one)) != 0, "a site is open still"
