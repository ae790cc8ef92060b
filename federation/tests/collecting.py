"""What a KPA does in a ceremony, step by step: what the tests of the guardians are told with."""

from __future__ import annotations

from log_writer import DAY, private_of, public_of

from kpa_federation.guardians import ceremony as ceremonies
from kpa_federation.guardians import exchange, steps
from kpa_federation.guardians.ceremony import Place
from kpa_federation.guardians.sheet import Secret
from kpa_federation.protocol import keys

NAMES = ("Optéos", "Anis", "La Condition Publique")
TODAY = {keys.hash_of(public_of(one)): one for one in NAMES}


def place_of(writer, size=None):
    size = len(writer.entries) if size is None else size
    return Place(size, writer.root(size))


def identity_of(writer):
    return writer.state().identity


def answer_of(name, asked):
    return exchange.answer(asked, private_of(name)).text()


def began(writer, why="rotation", key="roubaix 2", **more):
    more.setdefault("today", TODAY)
    chosen = public_of(key) if key else writer.state().identity.key
    return ceremonies.begin(why, identity_of(writer), kpa="La Cape", key=chosen, **more)


def promised(one, writer, *names):
    for name in names:
        one = ceremonies.promise(one, identity_of(writer), name, Secret(private_of(name)).line)
    return one


def drilled(one, writer, *names):
    asked = ceremonies.drill(one, identity_of(writer), DAY)
    for name in names:
        one = ceremonies.take_drill(one, asked, name, answer_of(name, asked))
    return one


def asked_by(writer, **more):
    one = began(writer, **more)
    return ceremonies.ask(one, identity_of(writer), place_of(writer), DAY)


def take(one, writer, text):
    return ceremonies.take(one, identity_of(writer), text)


def write(one, writer, key=None):
    """Append the entry, and go on with the key of this name."""
    writer.append(ceremonies.entry_line(one, identity_of(writer), place_of(writer)))
    writer.private = private_of(key) if key else writer.private


def step(one, writer):
    return steps.next_step(one, identity_of(writer), place_of(writer))
