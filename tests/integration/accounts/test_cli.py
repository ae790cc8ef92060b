"""``kpa sign-in`` keeps a token for its owner only; ``kpa people`` acts as that person."""

from __future__ import annotations

import json
import re
import stat

import pytest
from click.testing import CliRunner

from kpa_core import speaking
from kpa_core.accounts import tokens
from kpa_core.accounts.cli import actor_of_token, people, sign_in, sign_out
from kpa_core.commands import Session
from kpa_core.errors import KpaError, Misuse
from kpa_core.work import Denied


@pytest.fixture
def run(kpa, tmp_path):
    session = Session(lambda: kpa.instance, actor_of_token)

    def call(command, *words):
        result = CliRunner().invoke(command, words, obj=session)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
        patch.delenv("KPA_TOKEN", raising=False)
        patch.setattr(kpa.instance, "close", lambda: None)  # each command would close it
        yield call


def test_signing_in_keeps_a_token_that_only_its_owner_reads(kpa, run, card_of, tmp_path):
    code = card_of(kpa.person("Awa"))
    assert "Awa" in run(sign_in, "Awa", "--code", code).output
    (kept,) = (tmp_path / "state" / "kpa").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with kpa.work() as work:
        actor = actor_of_token(work)
    assert (actor.name, actor.via) == ("Awa", "cli")
    run(sign_out)
    assert not kept.exists()


def test_signing_out_ends_the_session_on_the_server(kpa, run, card_of):
    run(sign_in, "Awa", "--code", card_of(kpa.person("Awa")))
    with kpa.work() as work:
        token = tokens.kept(work)
    run(sign_out)
    with kpa.work() as work:
        assert actor_of_token(work, token).kind == "visitor"


def test_a_token_can_be_printed_for_a_script(kpa, run, card_of):
    printed = run(sign_in, "Awa", "--print", "--code", card_of(kpa.person("Awa")))
    with kpa.work() as work:
        assert actor_of_token(work, printed.output.strip()).name == "Awa"
        assert tokens.kept(work) == ""


def test_a_card_of_someone_else_is_refused_and_opens_nothing(kpa, run, card_of):
    kpa.person("Ali")
    code = card_of(kpa.person("Awa"))
    with pytest.raises(KpaError, match="n'est pas la carte de « Ali »"):
        run(sign_in, "Ali", "--code", code)
    with kpa.work() as work:
        assert tokens.kept(work) == ""


def test_a_visitor_does_nothing(run):
    with pytest.raises(Denied):
        run(people, "list")


def test_only_who_is_not_signed_in_is_told_to_sign_in(kpa, run, card_of, capsys):
    with pytest.raises(Denied) as told:
        run(people, "list")
    speaking._tell(told.value)
    assert "kpa sign-in" in capsys.readouterr().err

    run(sign_in, "Awa", "--code", card_of(kpa.person("Awa")))
    with pytest.raises(Denied) as told:
        run(people, "add", "Ali", "--phone", "06 12 34 56 78")
    speaking._tell(told.value)
    assert capsys.readouterr().err == "Tu n'as pas ce droit.\n"


def test_people_are_welcomed_listed_and_shown(kpa, run, card_of):
    run(sign_in, "Ali", "--code", card_of(kpa.person("Ali", "animator")))
    assert "Awa est dans le KPA" in run(people, "add", "Awa", "--phone", "06 12 34 56 78").output
    names = [one["name"] for one in json.loads(run(people, "list", "--json").output)]
    assert names == ["Ali", "Awa"]
    shown = run(people, "show", "06 12 34 56 78").output
    assert "Awa" in shown
    assert "pas encore de contrat" in shown


def test_a_card_is_made_from_the_command_line(kpa, run, card_of, door):
    run(sign_in, "Ali", "--code", card_of(kpa.person("Ali", "animator")))
    kpa.person("Awa")
    code = re.search(r"([0-9A-Z]{4} ){3}[0-9A-Z]{4}", run(people, "card", "Awa").output)
    assert door.enter(code[0]).status_code == 303


def test_two_people_of_one_name_are_told_apart(kpa, run, card_of):
    run(sign_in, "Ali", "--code", card_of(kpa.person("Ali", "animator")))
    kpa.person("Awa")
    kpa.person("Awa")
    with pytest.raises(Misuse, match="Plusieurs"):
        run(people, "show", "Awa")


def test_a_role_is_given_by_who_may(kpa, run, card_of):
    run(sign_in, "Ali", "--code", card_of(kpa.person("Ali", "animator")))
    awa = kpa.person("Awa")
    run(people, "role", "Awa", "referent")
    assert kpa.actor(awa.party_id).has_role("referent")
    with pytest.raises(Denied):
        run(people, "treasurer", "Awa")


def test_the_operator_gives_roles_for_the_whole_kpa(kpa, run):
    awa = kpa.person("Awa")
    run(people, "kpa-role", awa.party_id.hex, "animator")
    assert kpa.actor(awa.party_id).has_role("animator")


def test_every_command_has_help_and_a_right():
    for command in (sign_in, sign_out, *people.commands.values()):
        assert command.help
        assert command.kpa_needs
