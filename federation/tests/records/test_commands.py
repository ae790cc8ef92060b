"""``kpa federation publish|records|show|withdraw|install``, as a person with a token."""

from __future__ import annotations

import json
import tomllib

import click
import pytest
from click.testing import CliRunner

from kpa_core.api import Misuse, NotFound, Refused
from kpa_core.commands import Session
from kpa_federation import cli
from kpa_federation.catalogue.seeds import FOLDER

SEEDS = sorted(FOLDER.glob("*.toml"))


def run(town, *words, role="animator"):
    group = click.Group("federation")
    cli.add(group)
    actor = town.kpa.person(f"Une {role}", role)
    session = Session(lambda: town.kpa.instance, lambda *_: actor)
    result = CliRunner().invoke(group, [str(one) for one in words], obj=session)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_published_from_a_file_read_shown_taken_and_withdrawn(town):
    roubaix, lille = town("Roubaix"), town("Lille")
    seed = SEEDS[0]
    title = tomllib.loads(seed.read_text("utf-8"))["body"]["title"]
    name = run(roubaix, "publish", seed).output.strip()
    lille.follow(roubaix)
    lille.pull()
    assert f"{name}  {title} · Roubaix" in run(lille, "records", role="member").output
    (found,) = json.loads(run(lille, "records", "--json").output)
    assert (found["name"], found["title"], found["origin_name"]) == (name, title, "Roubaix")
    assert json.loads(run(lille, "records", "--search", "absolument rien", "--json").output) == []
    shown = run(lille, "show", name, role="member").output
    assert title in shown
    assert "par Roubaix, licence" in shown
    assert run(lille, "install", name).output.startswith("/federation/fiches/nos/")
    run(roubaix, "withdraw", name, "--reason", "outdated")
    lille.pull()
    with pytest.raises(NotFound):
        run(lille, "show", name)


def test_every_seed_can_be_published(town):
    roubaix = town("Roubaix")
    names = {run(roubaix, "publish", seed).output.strip() for seed in SEEDS}
    assert len(names) == len(SEEDS) > 1


def test_a_refusal_says_each_field_and_line_and_nothing_is_kept(town, tmp_path):
    roubaix = town("Roubaix")
    file = tmp_path / "fiche.toml"
    file.write_text(
        'kind = "kpa-cite.fr/resource/1"\n[body]\ntitle = "T"\nlang = "fr"\nstate = "draft"\n'
        'summary = "a@b.fr"\ntext = """un\\ndeux 06 12 34 56 78"""\n',
        "utf-8",
    )
    with pytest.raises(Refused, match="En une phrase, ligne 1"):
        run(roubaix, "publish", file)
    assert run(roubaix, "records").output == ""
    with roubaix.kpa.client_for("animator") as browser:
        assert "On n'a encore rien écrit" in browser.get("/federation/fiches/nos").text.replace(
            "&#39;", "'"
        )


@pytest.mark.parametrize(
    "text",
    ["", "kind = 3", "[body]\n", 'kind = "kpa-cite.fr/resource/1"\nmore = 1\n[body]\n', "\x00"],
)
def test_a_file_that_is_no_record_is_refused(town, tmp_path, text):
    file = tmp_path / "fiche.toml"
    file.write_text(text, "utf-8")
    with pytest.raises((Misuse, Refused)):
        run(town("Roubaix"), "publish", file)


def test_files_go_along_and_members_publish_nothing(town, tmp_path):
    roubaix = town("Roubaix")
    notes = tmp_path / "notes.txt"
    notes.write_text("On démonte.", "utf-8")
    with pytest.raises(NotFound):
        run(roubaix, "publish", SEEDS[0], role="member")
    name = run(roubaix, "publish", SEEDS[0], "--attach", notes).output.strip()
    assert "notes.txt" in run(roubaix, "show", name).output
    with pytest.raises(NotFound):
        run(roubaix, "withdraw", name, "--reason", "error", role="member")
    assert run(roubaix, "withdraw", name, "--reason", "none").exit_code == 2
