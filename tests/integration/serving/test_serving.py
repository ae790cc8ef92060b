"""``kpa serve``: it refuses to open wrongly, stops gently, and comes back by itself."""

from __future__ import annotations

import signal
import subprocess
import threading
import time

import pytest
import sqlalchemy as sa

from kpa_core.features import open_instance


def command(site, *arguments):
    """Run a command to its end; return its code and what it said."""
    running = site.popen(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = running.communicate(timeout=60)
    finally:
        running.kill()
    return running.returncode, out, err


WHOLE = {"parent": 1, "web": 1, "web worker": 2, "worker": 1}


def counted(site):
    return {name: len(pids) for name, pids in site.processes().items()}


def is_whole(site):
    return counted(site) == WHOLE


def test_it_runs_one_worker_and_the_web_processes_of_the_settings(site):
    site.wait_for(lambda: is_whole(site))  # a test before may have killed one
    assert {site.get("/probe/pid")[0] for _ in range(20)} == {200}
    assert is_whole(site)
    site.wait_for(lambda: f"http://127.0.0.1:{site.port}" in site.log.read_text())


def test_an_answer_without_a_body_is_one(site):
    status, body, headers = site.ask("HEAD", "/")
    assert (status, body) == (200, "")
    assert int(headers["Content-Length"]) == len(site.get("/")[1].encode())
    _, sheet, told = site.get("/static/kpa.css")
    assert "{" in sheet
    same = site.ask("GET", "/static/kpa.css", headers={"If-None-Match": told["ETag"]})
    assert same[:2] == (304, "")


def test_a_second_worker_waits_for_the_first(site):
    second = site.popen("worker", stderr=subprocess.PIPE)
    try:
        assert "waits" in second.stderr.readline()
        second.terminate()
        assert second.wait(10) == 0
    finally:
        second.kill()
        second.communicate()


def test_a_port_that_is_taken_is_a_sentence(site):
    code, out, err = command(site, "serve", "--port", str(site.port))
    assert (code, out) == (1, "")
    assert f"Le port {site.port} est déjà pris" in err


def test_pending_migrations_are_refused_with_a_sentence(site):
    write = "UPDATE alembic_version_probe SET version_num = :revision"
    instance = open_instance(site.folder)
    try:
        with instance.engine.begin() as connection:
            known = connection.scalar(sa.text("SELECT version_num FROM alembic_version_probe"))
            connection.execute(sa.text(write), {"revision": "older"})
        for name in ("serve", "worker"):
            told = "La base n'est pas à jour (probe). Lance « kpa migrate ».\n"
            assert command(site, name) == (2, "", told)
    finally:
        with instance.engine.begin() as connection:
            connection.execute(sa.text(write), {"revision": known})
        instance.close()


@pytest.mark.parametrize("kind", ["worker", "web worker", "web"])
def test_what_is_killed_comes_back(kind, site):
    site.wait_for(lambda: is_whole(site))
    before = site.processes()
    site.kill(before[kind][0])
    site.wait_for(lambda: is_whole(site) and before[kind][0] not in site.processes()[kind], 30)
    site.wait_open()
    # Nobody of the former family is left beside the new one.
    if kind == "web":
        assert site.is_gone(*before["web worker"])


@pytest.fixture
def stopped_at_last(site):
    """The open site, for a test that stops it: it is opened again for the others."""
    yield site
    site.stop()
    site.start()


def test_a_stop_waits_for_the_request_under_way_and_for_nothing_else(stopped_at_last):
    """Not for a process that is starting, either: it would take its whole time, 10 seconds."""
    site, answers = stopped_at_last, []
    site.wait_for(site.is_steady)
    before = len(site.log.read_text())
    slow = "/probe/slow?name=one&seconds=0.7"
    caller = threading.Thread(target=lambda: answers.append(site.get(slow)))
    caller.start()
    begun = site.folder / "begun-one"
    site.wait_for(lambda: begun.exists() and begun.read_text())
    family = site.processes()
    (idle,) = set(family["web worker"]) - {int(begun.read_text())}
    site.kill(idle)
    site.wait_for(lambda: set(site.processes()["web worker"]) - set(family["web worker"]))
    asked = time.monotonic()
    site.parent.send_signal(signal.SIGTERM)
    caller.join()
    assert [answer[:2] for answer in answers] == [(200, "whole")]
    assert site.parent.wait(20) == 0
    assert time.monotonic() - asked < 8
    assert site.is_gone(*site.known)
    with pytest.raises(OSError, match="refused"):
        site.get("/probe/pid")
    log = site.log.read_text()[before:]
    assert "Traceback" not in log
    assert "starting it again" not in log
