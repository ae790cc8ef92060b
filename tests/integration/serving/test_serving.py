"""``kpa serve``: it refuses to open wrongly, stops gently, and comes back by itself."""

from __future__ import annotations

import signal
import subprocess
import threading

import pytest
import sqlalchemy as sa

pytestmark = pytest.mark.xdist_group("serving")  # one open site for those who only look


def command(site, *arguments):
    """Run a command to its end; return its code and what it said."""
    running = site.popen(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = running.communicate(timeout=60)
    finally:
        running.kill()
    return running.returncode, out, err


def test_it_runs_one_worker_and_the_web_processes_of_the_settings(site):
    found = site.processes()
    assert {name: len(pids) for name, pids in found.items()} == {
        "parent": 1,
        "web": 1,
        "web worker": 2,
        "worker": 1,
    }
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


def test_pending_migrations_are_refused_with_a_sentence(new_site, look):
    site = new_site()
    with look(site).engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version_probe SET version_num = 'older'"))
    for name in ("serve", "worker"):
        told = "La base n'est pas à jour (probe). Lance « kpa migrate ».\n"
        assert command(site, name) == (2, "", told)


@pytest.mark.parametrize("kind", ["worker", "web worker", "web"])
def test_what_is_killed_comes_back(kind, site):
    before = site.processes()
    site.kill(before[kind][0])

    def is_back():
        now = site.processes()
        return len(now[kind]) == len(before[kind]) and before[kind][0] not in now[kind]

    site.wait_for(is_back, 30)
    site.wait_open()
    # Nobody of the former family is left beside the new one.
    if kind == "web":
        assert site.is_gone(*before["web worker"])
    assert len(site.processes()["worker"]) == 1


def test_the_family_dies_with_its_parent(new_site):
    site = new_site()
    site.start()
    family = site.processes()
    site.kill(site.parent.pid)
    site.parent.wait()
    everyone = [pid for pids in family.values() for pid in pids]
    site.wait_for(lambda: site.is_gone(*everyone), 10)
    site.start()  # the port and the worker's lock are free again
    assert len(site.processes()["worker"]) == 1


def test_a_stop_lets_the_request_under_way_finish(new_site):
    site, answers = new_site(), []
    site.start()
    family = site.processes()
    caller = threading.Thread(
        target=lambda: answers.append(site.get("/probe/slow?name=one&seconds=2"))
    )
    caller.start()
    site.wait_for(lambda: (site.folder / "begun-one").exists())
    site.parent.send_signal(signal.SIGTERM)
    caller.join()
    assert [answer[:2] for answer in answers] == [(200, "whole")]
    assert site.parent.wait(20) == 0
    assert site.is_gone(*(pid for pids in family.values() for pid in pids))
    with pytest.raises(OSError, match="refused"):
        site.get("/probe/pid")
    log = site.log.read_text()
    assert "Traceback" not in log
    assert "starting it again" not in log
