"""R17: rotation, lost key, stolen key, each with eight sets of signatures: 24 cases.

A simulated peer decides: it verified the log before, and is sent what the origin, or a thief,
appended. What a ceremony refuses is also forged by hand and sent, so that a peer refuses it too.
"""

from __future__ import annotations

import pytest
from log_writer import DAY, Writer, guardians, private_of, public_of

from kpa_core.api import KpaError
from kpa_federation.guardians import ceremony as ceremonies
from kpa_federation.guardians import exchange
from kpa_federation.guardians.ceremony import Place
from kpa_federation.guardians.walks import size_after_theft
from kpa_federation.protocol import keys
from kpa_federation.protocol.errors import ProtocolError
from kpa_federation.protocol.forks import Branch, judge
from kpa_federation.protocol.identity import key_line, to_sign
from kpa_federation.protocol.reading import LogState

NAMES = ("Optéos", "Anis", "Lieu")
OLD, NEW = "roubaix", "roubaix 2"
WHY = ("rotation", "lost_key", "stolen")
SIGNERS = {
    "nobody": (),
    "one of three": ("Anis",),
    "two of three": ("Anis", "Lieu"),
    "all three": NAMES,
    "one of them twice": ("Anis", "Anis"),
    "one and a stranger": ("Anis", "stranger"),
    "one and the old key": ("Anis", OLD),
    "one and a retired guardian": ("Anis", "retired"),
}
ENOUGH = {"two of three", "all three"}
CASES = [(why, who) for why in WHY for who in SIGNERS]


def a_log():
    """A log with some records, one of whose first guardians has left."""
    made = Writer(OLD, guardians("retired", "Anis", "Lieu"))
    made.put("Une étagère")
    made.rotate(OLD, ("Anis", "Lieu"), guardians(*NAMES))
    made.put("Un banc")
    return made


class Peer:
    """Who follows a log: what it verified, and the entries it has."""

    def __init__(self, writer):
        self.state, self.entries = LogState(writer.origin).take(writer.section())

    def follow(self, writer):
        self.state, more = self.state.take(writer.section(self.state.size))
        self.entries = [*self.entries, *more]

    def refuses(self, writer):
        before = self.state
        with pytest.raises(ProtocolError, match="bad_signature"):
            self.follow(writer)
        assert self.state is before
        return True


def happens(why):
    """Return the log when its guardians are called, the peer, and the branch a thief made."""
    writer = a_log()
    peer, thief = Peer(writer), None
    if why == "stolen":
        thief = writer.branch(len(writer.entries))
        thief.withdraw(1, 2, op="purge")
        thief.put("Donnez-moi de l'argent")
        peer.follow(thief)  # signed by the log's own key: nobody can know yet
    return writer, peer, thief


def collected(why, who, writer):
    """Return what the ceremony makes of these answers: the entry, or the sentence that refuses."""
    state, _ = LogState(writer.origin).after(writer.entries)
    place = Place(size_after_theft(len(writer.entries), 0), writer.root())
    one = ceremonies.begin(why, state.identity, kpa="La Cape", key=public_of(NEW))
    one = ceremonies.ask(one, state.identity, place, DAY)
    asked = ceremonies.request_of(one)
    for name in SIGNERS[who]:
        try:
            text = exchange.answer(asked, private_of(name)).text()
            one = ceremonies.take(one, state.identity, text)
        except KpaError:
            continue  # a page would show the sentence, and wait for the next one
    try:
        return ceremonies.entry_line(one, state.identity, place)
    except KpaError as error:
        return error


def forged(who, writer):
    """Return the entry made by hand with these signatures, whatever a ceremony says."""
    request = writer.key_request(NEW, guardians(*NAMES))
    signed = [
        (public_of(one), keys.sign(private_of(one), to_sign(request))) for one in SIGNERS[who]
    ]
    line = key_line(request, dict(signed))
    if len(set(signed)) < len(signed):  # the same signature listed twice
        by = [{"key": keys.text_of(key), "signature": keys.text_of(one)} for key, one in signed]
        line = key_line({**request, "by": by}, {})
    return line


def go_on(writer, line):
    """Append the entry, and go on with the new key."""
    writer.append(line)
    writer.private = private_of(NEW)
    writer.put("Après")


@pytest.mark.parametrize(("why", "who"), CASES)
def test_guardians_and_they_alone_give_another_key(why, who):
    writer, peer, thief = happens(why)
    made = collected(why, who, writer)
    assert isinstance(made, bytes) == (who in ENOUGH)
    base, size = peer.state.identity, len(writer.entries)
    go_on(writer, made if isinstance(made, bytes) else forged(who, writer))
    _, marked = LogState(writer.origin).after(writer.entries)
    told = Branch([one for one in marked[size:] if one.op == "key" and not one.void])
    if who not in ENOUGH:
        assert marked[size].void == "not_signed"
        if thief is None:
            assert peer.refuses(writer)
        else:
            assert judge(base, size, 0, Branch(), told) == "freeze"
        return
    if thief is None:
        peer.follow(writer)
    else:
        assert judge(base, size, 0, Branch(), told) == "replace"
        assert judge(base, size, size + 1, Branch(), told) == "too_late"
        peer = Peer(writer)
    assert peer.state.identity.keys == ((0, public_of(OLD)), (size, public_of(NEW)))
    assert [one.line for one in peer.entries[:size]] == [one.line for one in writer.entries[:size]]


@pytest.mark.parametrize("why", WHY)
def test_after_it_the_old_key_is_refused_and_what_was_before_stays(why):
    writer, _, thief = happens(why)
    size = len(writer.entries)
    go_on(writer, collected(why, "two of three", writer))
    peer = Peer(writer)
    refused = 0
    for words in ("encore moi", "et encore", "toujours"):
        old = writer.branch(len(writer.entries))
        old.private = private_of(OLD)
        old.put(words)
        refused += peer.refuses(old)
        peer.follow(writer.branch(peer.state.size))  # nothing more, and nothing wrong
    assert refused == 3
    assert peer.state.identity.key_at(size) == public_of(OLD)
    assert peer.state.identity.key_at(size + 1) == public_of(NEW)
    assert [entry.op for entry in peer.entries[:size]] == ["genesis", "put", "key", "put"]
    if thief is not None:
        assert judge(peer.state.identity, size, 0, Branch(), Branch()) == "freeze"


@pytest.mark.parametrize("sent", ["another key without an entry", "a genesis again"])
def test_a_key_that_changes_without_its_guardians_is_never_taken(sent):
    writer, peer, _ = happens("rotation")
    if sent == "a genesis again":
        other = Writer(NEW, guardians(*NAMES))
        with pytest.raises(ProtocolError, match="other_log"):
            peer.state.take(other.section())
        writer.append(other.entries[0].line)
    else:
        writer.put("Une fiche")
    writer.private = private_of(NEW)
    assert peer.refuses(writer)


def test_the_thief_cannot_choose_guardians_of_its_own():
    writer, peer, thief = happens("stolen")
    request = thief.key_request(OLD, guardians("thief 1", "thief 2"))
    own = {public_of(OLD): keys.sign(private_of(OLD), to_sign(request))}
    for signed in ({}, own):
        branch = thief.branch(len(thief.entries))
        at = branch.append(key_line(request, signed))
        peer_of_thief = Peer(branch)  # the log's own key still signs: nothing else changed
        assert peer_of_thief.entries[at].void == "not_signed"
        assert peer_of_thief.state.identity.commitment == guardians(*NAMES)
    assert peer.state.identity.commitment == writer.state().identity.commitment


def test_a_first_ceremony_lost_with_a_backup_and_made_again_stops_the_log_for_people():
    """Both are signed by the log's own key: nobody can tell which one the KPA meant."""
    made = Writer(OLD)
    restored = made.branch(1)
    branches = []
    for writer, names in ((made, NAMES), (restored, ("Optéos", "Moulins"))):
        request = writer.key_request(OLD, guardians(*names))
        at = writer.append(key_line(request, {}))
        state, marked = LogState(writer.origin).after(writer.entries)
        assert not marked[at].void
        assert state.identity.commitment == guardians(*names)
        branches.append(Branch([marked[at]]))
    base = LogState(made.origin).after(made.entries[:1])[0].identity
    assert judge(base, 1, 0, *branches) == "freeze"


@pytest.mark.parametrize("common", [1, 2, 4])
def test_wherever_the_thief_forked_the_guardians_branch_wins(common):
    """At size 1 too, when guardians were named in the first entry."""
    writer = Writer(OLD, guardians(*NAMES))
    for words in ("un", "deux", "trois"):
        writer.put(words)
    thief = writer.branch(common)
    for record in range(1, common):
        thief.withdraw(record, 2, op="purge")
    kept = writer.branch(common)
    base = kept.state().identity
    go_on(kept, collected("stolen", "two of three", kept))
    told = Branch([kept.entries[common]])
    assert judge(base, common, 0, Branch(), told) == "replace"
    assert judge(base, common, 0, told, Branch()) == "keep"


def test_there_are_24_cases():
    assert len(set(CASES)) == 24
