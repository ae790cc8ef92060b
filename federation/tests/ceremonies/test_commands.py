"""A rotation and a theft, from a terminal only."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner
from halls import NAMES, SHEETS

from kpa_core.api import KpaError
from kpa_core.commands import Session
from kpa_core.work import OPERATOR
from kpa_federation import cli
from kpa_federation.guardians import exchange


class Lent:
    """An instance that a command does not close."""

    def __init__(self, instance):
        self.instance = instance

    def __getattr__(self, name):
        return getattr(self.instance, name)

    def close(self):
        pass


def at(town, *words, typed=""):
    """Run ``kpa federation …`` at a machine; errors come out as they are."""
    group = click.Group("federation")
    cli.add(group)
    session = Session(lambda: Lent(town.kpa.instance), lambda *_: OPERATOR)
    result = CliRunner().invoke(group, list(words), obj=session, input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture
def keys(hall):
    """Return ``kpa federation keys …`` at the machine."""
    return lambda *words, typed="": at(hall.here, "keys", *words, typed=typed)


def answer(letter, name):
    return exchange.answer(exchange.read_request(letter), SHEETS[name].private).text()


def test_from_no_guardians_to_another_key(keys, hall):
    assert "pas encore de gardiens" in keys("status")
    assert "Chaque gardien fait sa feuille" in keys("begin", "first")
    for name in NAMES:
        keys("promise", name, typed=SHEETS[name].line)
        said = keys("drilled", name, typed=answer(keys("drill"), name))
    assert "Tout est prêt. Fais la demande." in said
    assert "Écris-le dans le journal" in keys("ask")
    assert "Tout est en ordre" in keys("write")
    before = hall.state().identity.key
    assert "En cours : Changer la clé du KPA" in keys("begin", "rotation")
    letter = keys("ask", "--qr")
    assert "█" in letter
    with pytest.raises(KpaError, match="manquent : 2"):
        keys("write")
    assert "manquent : 1. On attend : La structure porteuse, Le lieu" in keys(
        "answer", typed=answer(letter, "La CAE")
    )
    keys("answer", typed=answer(keys("letter"), "Le lieu"))
    assert "C'est écrit" in keys("write")
    assert hall.state().identity.key != before


def test_after_a_theft_the_last_own_line_is_chosen(keys, hall):
    hall.first()
    hall.publish("Une étagère")
    hall.publish("Donnez-moi de l'argent")
    shown = keys("recent").splitlines()
    assert shown[0].endswith("publié : Donnez-moi de l'argent")
    last_ours = next(line for line in shown if "Une étagère" in line).split(" · ")[0]
    with pytest.raises(KpaError, match="dernière ligne qui vient de vous"):
        keys("begin", "stolen")
    keys("begin", "stolen", "--cut", last_ours)
    letter = keys("ask")
    for name in NAMES[:2]:
        keys("answer", typed=answer(letter, name))
    keys("write")
    assert "argent" not in keys("recent")


def test_a_ceremony_is_stopped_and_another_begins(keys, hall):
    hall.first()
    keys("begin", "rotation")
    with pytest.raises(KpaError, match="est en cours"):
        keys("begin", "lost_key")
    assert "Rien n'a changé" in keys("stop")
    keys("begin", "lost_key")


def test_a_lost_server_comes_home(hall, town):
    hall.first()
    hall.pull()
    new = town("Neuf")
    said = at(new, "recover-server", f"kpa/{hall.here.origin}", hall.there.address)
    assert "2 lignes sont revenues" in said
    assert "Demande-en une autre" in at(new, "keys", "status")
    at(new, "keys", "begin", "lost_server")
    letter = at(new, "keys", "ask")
    for name in NAMES[:2]:
        at(new, "keys", "answer", typed=answer(letter, name))
    assert "C'est écrit" in at(new, "keys", "write")
    assert hall.state(new).size == 3


def test_a_text_without_end_is_refused(keys, hall):
    hall.first()
    with pytest.raises(KpaError, match="trop long"):
        keys("answer", typed="x" * 70_000)
