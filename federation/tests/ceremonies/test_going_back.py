"""The one way to sign less than was signed: guardians said from where; and crashes on the way."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from backups import backup, put_back, start_again
from halls import NAMES

from kpa_core.api import NotFound, Refused, Unavailable
from kpa_core.audit import AuditEntry
from kpa_core.outbox import JobRow
from kpa_core.work import KPA, OPERATOR
from kpa_federation.ceremonies import lost_server, service
from kpa_federation.ceremonies.standing import recent, standing
from kpa_federation.log import keeping
from kpa_federation.own import head, keyring, mark, rekeying, writing
from kpa_federation.peers import asking, witnessing
from kpa_federation.protocol.identity import key_line
from kpa_federation.protocol.notes import read_checkpoint

TWO = NAMES[1:]


def stolen(hall):
    """A log with one entry of its own and two of a thief's; return how many are its own."""
    hall.first()
    hall.publish("Une étagère")
    ours = len(hall.lines())
    hall.publish("Donnez-moi de l'argent")
    hall.publish("Encore")
    return ours


def until_written(hall, why="rotation", **more):
    hall.do(service.begin, why, **more)
    hall.do(service.ask)
    hall.answers(*TWO)


def note(hall):
    with hall.here.work(KPA) as work:
        return read_checkpoint(keeping.log_row(work.session, hall.here.origin).note)


def test_it_is_written_down_who_left_what(hall):
    ours = stolen(hall)
    left = head.last_head(hall.root())
    hall.change("stolen", *TWO, cut=ours)
    made = head.last_head(hall.root())
    assert (left.size, made.size) == (ours + 2, ours + 1)
    with hall.here.work(KPA) as work:
        rows = list(work.session.scalars(sa.select(AuditEntry)))
        (one,) = [row for row in rows if "head:recovery" in row.subject]
    assert (one.before["size"], one.after["size"], one.after["from"]) == (ours + 2, ours + 1, ours)
    assert not (hall.root() / head.RECOVERY).exists()
    with pytest.raises(head.OlderThanPublished):
        head.promise(hall.root(), left.__class__(ours, b"x" * 32))


def test_a_recovery_allows_its_own_head_and_no_other(hall):
    hall.first()
    root, last = hall.root(), head.last_head(hall.root())
    allowed, other = head.Head(1, b"a" * 32), head.Head(1, b"b" * 32)
    head.allow_recovery(root, allowed)
    for wrong in (other, head.Head(last.size, b"a" * 32), head.Head(0, b"a" * 32)):
        with pytest.raises(head.OlderThanPublished):
            head.promise(root, wrong)
    head.promise(root, allowed)
    head.promise(root, last)
    with pytest.raises(head.OlderThanPublished):
        head.promise(root, allowed)  # once


def test_without_guardians_nothing_is_ever_left(hall):
    """Who holds the log's key alone could make such an entry: it is not enough to go back."""
    for words in ("Une", "Deux"):
        hall.publish(words)
    before = hall.lines()
    hall.do(service.begin, "first")
    hall.sheets()
    asked = hall.do(service.ask)
    with hall.here.work(OPERATOR) as work, pytest.raises(Refused, match="pas de gardiens"):
        rekeying.leave(work, key_line(dict(asked.request), {}), 1)
    hall.do(service.stop)
    with pytest.raises(Refused, match="n'a pas de gardiens"):
        hall.do(service.begin, "stolen", cut=2)
    assert hall.lines() == before


def test_nothing_older_than_thirty_days_is_left(hall, monkeypatch):
    ours = stolen(hall)
    monkeypatch.setattr(rekeying, "final_size", lambda _session: ours + 1)
    with pytest.raises(Refused, match="plus de 30 jours"):
        hall.do(service.begin, "stolen", cut=ours)
    hall.do(service.begin, "stolen", cut=ours + 1)


@pytest.mark.parametrize("why", ["rotation", "stolen"])
def test_a_crash_before_the_head_is_signed_loses_nothing(hall, monkeypatch, why):
    ours = stolen(hall)
    until_written(hall, why, cut=ours if why == "stolen" else None)
    with monkeypatch.context() as patched:
        patched.setattr(writing, "seal", crash)
        with pytest.raises(RuntimeError):
            hall.do(service.write)
    assert (hall.root() / keyring.NEXT).exists()
    with hall.here.work(KPA) as work:
        writing.seal(work)
    assert note(hall).size == len(hall.lines()) == hall.state().size
    assert not (hall.root() / keyring.NEXT).exists()
    note(hall).check(hall.state().identity.key)
    hall.pull()
    assert hall.both_agree()


def crash(_work):
    raise RuntimeError("the power went")


def test_a_crash_between_two_renames_keeps_the_new_key(hall):
    hall.first()
    until_written(hall)
    public = hall.do(service.request).request["key"]
    (hall.root() / head.KEY).replace(hall.root() / keyring.OLD)
    hall.do(service.write)
    assert note(hall).size == hall.state().size
    assert public


def test_the_next_key_s_file_must_be_there_before_anything_is_written(hall):
    hall.first()
    until_written(hall)
    before = hall.lines()
    (hall.root() / keyring.NEXT).unlink()
    with pytest.raises(Refused, match="n'est plus sur cet ordinateur"):
        hall.do(service.write)
    assert hall.lines() == before


def test_a_key_that_is_not_the_log_s_signs_nothing(hall):
    hall.first()
    hall.publish("Une")
    before = note(hall)
    (hall.root() / head.KEY).write_text((hall.root(hall.there) / head.KEY).read_text())
    with pytest.raises(Unavailable, match="n'est pas celle du journal"):
        hall.publish("Deux")
    assert note(hall) == before
    assert head.last_head(hall.root()).size == before.size


def test_the_neighbour_hears_of_it_and_cosigns_the_branch_that_won(hall):
    ours = stolen(hall)
    hall.pull()
    hall.pull(hall.here)
    with hall.here.work(KPA) as work:
        assert witnessing.collect(work) == 1  # the thief's head
    hall.change("stolen", *TWO, cut=ours)
    hall.tell()
    with hall.there.kpa.instance.work(KPA) as work:
        kinds = [row.kind for row in work.session.scalars(sa.select(JobRow))]
    assert "federation.visit" in kinds
    hall.pull()
    with hall.here.work(KPA) as work:
        assert witnessing.collect(work) == 1


def test_an_old_backup_gets_no_key_before_it_caught_up(hall):
    hall.first()
    until_written(hall)
    before = hall.lines()
    with hall.here.work(KPA) as work:
        mark.put(work, "behind")
    with pytest.raises(Refused, match="vieille sauvegarde"):
        hall.do(service.write)
    assert hall.lines() == before


def test_each_step_is_in_the_audit_log(hall):
    hall.first()
    until_written(hall)
    hall.do(service.stop)
    with hall.here.work(KPA) as work:
        rows = work.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.seq))
        found = [row.after for row in rows if row.subject.startswith("ceremony:")]
    first = ["begin", *["promise", "drill"] * 3, "ask", "write"]
    assert [one["step"] for one in found] == [*first, "begin", "ask", "answer", "answer", "stop"]
    assert [one["guardian"] for one in found[1:7:2]] == list(NAMES)


def test_who_may_not_touch_keys_touches_none(hall):
    hall.first()
    nobody = hall.here.kpa.person("Sacha", "animator")
    acts = [
        (service.begin, "rotation"),
        (service.promise, "Le lieu", "x"),
        (service.drill,),
        (service.take_drill, "Le lieu", "x"),
        (service.ask,),
        (service.letter,),
        (service.take, "x"),
        (service.write,),
        (service.stop,),
        (standing,),
        (recent,),
        (lost_server.recover_server, "a" * 32, []),
    ]
    for act, *given in acts:
        with hall.here.work(nobody) as work, pytest.raises(NotFound):
            act(work, *given)


@pytest.mark.parametrize("why", ["rotation", "stolen"])
def test_a_backup_from_before_a_change_of_key_is_seen_to_be_old(hall, tmp_path, why):
    hall.first()
    hall.publish("Une étagère")
    kept = backup(hall.here, tmp_path / "kept.sqlite3")
    cut = len(hall.lines())
    hall.change(why, *TWO, **({"cut": cut} if why == "stolen" else {}))
    hall.publish("Un banc")
    hall.pull()
    put_back(hall.here, kept)
    (hall.root() / head.HEAD).unlink()
    start_again(hall.here)
    with hall.here.work(KPA) as work, pytest.raises(Refused, match="vieille sauvegarde"):
        asking.ask(work)
    with pytest.raises(Refused, match="vieille sauvegarde"):
        hall.publish("Autre banc")
    with hall.here.work(OPERATOR) as work:
        assert asking.recover(work) == 2
    hall.publish("Un tabouret")
    hall.pull()
    assert hall.both_agree()
