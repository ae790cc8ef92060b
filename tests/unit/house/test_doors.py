"""No door without its lock: a plugin's refuses that plugin, the core's stops the start."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from flask import Blueprint

from kpa_core import cli, commands, health
from kpa_core.contracts import Capability, EngagementKind, Job, Migrations
from kpa_core.errors import PluginError, StartError
from kpa_core.features import FEATURES
from kpa_core.hookspecs import hookimpl
from kpa_core.instance import Feature, Instance
from kpa_core.pages import Pages
from kpa_core.plugins import API_VERSION, Plugin
from kpa_core.rights.locks import check_core_commands
from kpa_core.rights.reach import Rights
from kpa_core.web import create_app, house


def plugin_with(name="extra", **hooks):
    """Return a plugin class whose hooks return what is given."""
    body = {"name": name, "api_version": API_VERSION, "__doc__": f"{name}."}
    for hook, answer in hooks.items():
        if hook == "register_commands":

            def implementation(self, group, _fill=answer):
                _fill(group)
        else:

            def implementation(self, _answer=answer):
                return _answer() if callable(_answer) else _answer

        implementation.__name__ = hook
        body[hook] = hookimpl(implementation)
    return type(name.title(), (Plugin,), body)


def pages(name="extra", rule="/", needs="extra.read", **options):
    made = Pages(name, __name__, **options)

    @made.get(rule, needs=needs)
    def show(**_: object) -> str:
        return "here"

    return made


READ = Capability("extra.read", "Lire.", {"member": "all"})


def open_to_all():
    made = Pages("extra", __name__)
    made.add_url_rule("/", "show", lambda: "here")
    return [made]


def twice_the_same_view():
    made = pages()

    @made.get("/again", needs="extra.read", endpoint="show")
    def again() -> str:
        return "again"

    return made


def plain_blueprint():
    return [Blueprint("extra", __name__)]


BAD_PAGES = {
    "a route that says nothing": (open_to_all, "quel droit"),
    "a route with an unknown right": (lambda: [pages(needs="extra.unknown")], "quel droit"),
    "a route with another plugin's right": (lambda: [pages(needs="other.read")], "autre module"),
    "an id nobody can place": (lambda: [pages(rule="/<uuid:thing_id>")], "thing_id"),
    "pages that are not Pages": (plain_blueprint, "kpa_core.api.Pages"),
    "pages under another name": (lambda: [pages(name="intruder")], "porter son nom"),
    "pages that exist already": (lambda: [pages(name="members")], "existent déjà"),
    "an id that is placed already": (
        lambda: [pages(scopes={"person_id": lambda _session, _id: None})],
        "déjà placé",
    ),
    "twice the same pages": (lambda: [pages(), pages()], "extra"),
    "twice the same view": (lambda: [twice_the_same_view()], "extra.show"),
    "an error": (lambda: 1 / 0, "division"),
}


@pytest.mark.parametrize(("made", "words"), BAD_PAGES.values(), ids=BAD_PAGES)
def test_a_plugin_with_a_bad_door_is_refused_and_the_site_stands(made, words, make_kpa):
    other = plugin_with(
        "other",
        register_capabilities=[Capability("other.read", "Lire.", {"visitor": "all"})],
        register_blueprints=lambda: [pages("other", needs="other.read")],
    )
    bad = plugin_with(register_capabilities=[READ], register_blueprints=made)
    kpa = make_kpa(plugins=[other, bad], strict=False)
    client = kpa.app.test_client()
    state = kpa.instance.plugins.states["extra"]
    assert state.state == "refused"
    assert words in state.reason
    assert "\n" not in state.reason
    assert client.get("/other/").status_code == 200
    assert client.get("/extra/").status_code == 404
    assert client.get("/").status_code == 200


def test_a_good_plugin_s_pages_are_under_its_name(make_kpa):
    good = plugin_with(
        register_capabilities=[Capability("extra.read", "Lire.", {"visitor": "all"})],
        register_blueprints=lambda: [pages(rule="/deep")],
    )
    kpa = make_kpa(plugins=[good])
    assert kpa.app.test_client().get("/extra/deep").text == "here"


def test_a_plugin_named_like_an_address_of_the_core_is_refused(make_kpa):
    right = Capability("membres.read", "Lire.", {"visitor": "all"})
    thief = plugin_with(
        "membres",
        register_capabilities=[right],
        register_blueprints=lambda: [pages("membres", needs="membres.read")],
    )
    kpa = make_kpa(plugins=[thief], strict=False)
    assert kpa.app.test_client().get("/membres/").text != "here"
    assert "/membres" in kpa.instance.plugins.states["membres"].reason
    assert "membres.read" not in kpa.instance.rights


CORE_FAULTS = {
    "no lock": open_to_all,
    "an unknown right": lambda: [pages(needs="nobody.knows")],
    "an id nobody can place": lambda: [pages(rule="/x/<uuid:thing_id>", needs="home.read")],
}


@pytest.mark.parametrize("made", CORE_FAULTS.values(), ids=CORE_FAULTS)
def test_a_core_page_without_a_lock_stops_the_start(made, kpa):
    faulty = Feature("faulty", blueprints=made)
    instance = Instance(kpa.instance.settings, features=(*FEATURES, faulty))
    with pytest.raises(StartError):
        create_app(instance)
    instance.close()


# --- rights, commands, jobs -----------------------------------------------------------------------

BAD_RIGHTS = {
    "outside its own name": Capability("order.read", "Lire.", {"visitor": "all"}),
    "a role nobody has": Capability("extra.read", "Lire.", {"wizard": "all"}),
    "a reach nobody knows": Capability("extra.read", "Lire.", {"member": "galaxy"}),
}


@pytest.mark.parametrize("right", BAD_RIGHTS.values(), ids=BAD_RIGHTS)
def test_a_right_outside_the_rules_refuses_the_plugin(right, make_kpa):
    kpa = make_kpa(plugins=[plugin_with(register_capabilities=[right])], strict=False)
    assert kpa.instance.plugins.states["extra"].state == "refused"
    assert kpa.instance.rights.owners.get("order.read") == ""


def test_the_rights_of_a_refused_plugin_leave_with_it(make_kpa):
    bad = plugin_with(
        register_capabilities=[READ],
        register_jobs=[Job("extra.good", print), Job("stranger.sweep", print)],
    )
    kpa = make_kpa(plugins=[bad], strict=False)
    assert kpa.instance.plugins.states["extra"].state == "refused"
    assert "extra.read" not in kpa.instance.rights
    assert "extra.good" not in kpa.instance.registered.jobs
    assert "stranger.sweep" not in kpa.instance.registered.jobs


def test_an_engagement_kind_of_another_plugin_is_not_taken_over(make_kpa):
    kind = EngagementKind("cape", "CAPE", "", True, lambda *_: [])
    other = EngagementKind("cape", "CAPE!", "", True, lambda *_: [])
    first = plugin_with("first", register_engagement_kinds=[kind])
    second = plugin_with("second", register_engagement_kinds=[other])
    kpa = make_kpa(plugins=[first, second], strict=False)
    assert kpa.instance.registered.engagement_kinds == {"cape": ("first", kind)}
    assert "cape" in kpa.instance.plugins.states["second"].reason


def bare(group):
    @group.command("open")
    def open_() -> None: ...


def wrongly_locked(group):
    @commands.command(group, "open", needs="extra.unknown")
    def open_(work) -> None: ...


def hidden_in_a_group(group):
    inner = click.Group("inner")
    group.add_command(inner)
    bare(inner)


@pytest.mark.parametrize("fill", [bare, wrongly_locked, hidden_in_a_group])
def test_a_command_without_a_lock_refuses_the_plugin(fill, make_kpa):
    kpa = make_kpa(plugins=[plugin_with(register_commands=fill)], strict=False)
    state = kpa.instance.plugins.states["extra"]
    assert state.state == "refused"
    assert "'open'" in state.reason
    assert "extra" not in kpa.instance.registered.commands


def test_a_plugin_s_command_may_be_free_for_a_reason_only():
    def fill(group):
        @commands.free_command(group, "hello", because="it greets")
        def hello() -> None: ...

    group = click.Group("extra")
    fill(group)
    check_core_commands(group, Rights())
    bare(group)
    with pytest.raises(StartError, match="open"):
        check_core_commands(group, Rights())


def test_every_command_of_the_core_has_its_lock():
    context = click.Context(cli.root)
    found = click.Group("kpa")
    for name in cli.CORE:
        command = cli.root.get_command(context, name)
        assert command is not None
        found.add_command(command, name)
    check_core_commands(found, Rights())


# --- tables ---------------------------------------------------------------------------------------

STEAL = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "extra_0001", None


def upgrade():
    op.create_table("extra_good", sa.Column("id", sa.Uuid(), primary_key=True))
    op.create_table("{name}", sa.Column("id", sa.Uuid(), primary_key=True))
"""


@pytest.mark.parametrize("name", ["party", "stranger"])
def test_a_table_outside_a_plugin_s_name_is_refused_and_nothing_kept(name, make_kpa, tmp_path):
    (tmp_path / "versions").mkdir()
    (tmp_path / "versions" / "extra_0001.py").write_text(STEAL.format(name=name))
    thief = plugin_with(migrations=lambda: Migrations(Path(tmp_path)))
    with pytest.raises(PluginError, match="extra"):
        make_kpa(plugins=[thief], strict=False)


# --- the state of the house, for anybody ----------------------------------------------------------


def test_many_who_ask_how_the_house_is_look_at_its_books_once(kpa, monkeypatch):
    looked, now = [], [1000.0]

    def counted(instance):
        looked.append(now[0])
        return health_checks(instance)

    health_checks = health.checks
    monkeypatch.setattr(health, "checks", counted)
    monkeypatch.setattr(house, "time", SimpleNamespace(monotonic=lambda: now[0]))
    client = kpa.app.test_client()
    answers = [client.get("/healthz") for _ in range(5)]
    assert looked == [1000.0]
    assert [one.json["checks"]["database"] for one in answers] == [True] * 5
    now[0] += house.KEPT_SECONDS
    client.get("/healthz")
    assert looked == [1000.0, 1030.0]
