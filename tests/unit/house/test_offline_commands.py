"""Commands that a plugin brings for people who have no KPA: ``kpa <plugin> …`` in any folder."""

from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import click
import pytest

from kpa_core import cli, commands, plugins
from kpa_core.cli import plugin as plugin_commands
from kpa_core.cli.listing import OFFLINE
from kpa_core.errors import PluginError


def a_group(fill=None):
    group = click.Group("sewing", help="Coudre.")

    @commands.free_command(group, "measure", because="cloth has no instance")
    def measure() -> None:
        """Mesurer."""
        click.echo("2 m")

    if fill:
        fill(group)
    return group


@pytest.fixture
def offered(monkeypatch):
    """Return a function that installs what plugins offer to people without an instance."""

    def install(**values):
        module = SimpleNamespace(**values)
        monkeypatch.setitem(sys.modules, "offered_here", module)
        points = [EntryPoint(name, f"offered_here:{name}", OFFLINE) for name in values]
        for place in (cli, plugins):
            monkeypatch.setattr(
                place, "entry_points", lambda group: points if group == OFFLINE else []
            )
        return points

    return install


def test_they_run_in_an_empty_folder_and_are_listed(offered, kpa_command, tmp_path):
    offered(sewing=a_group())
    assert "sewing" in kpa_command(tmp_path, "--help").out
    assert "Mesurer." in kpa_command(tmp_path, "sewing", "--help").out
    assert kpa_command(tmp_path, "sewing", "measure").out == "2 m\n"
    assert list(tmp_path.iterdir()) == []


def test_where_the_plugin_is_enabled_they_stand_beside_its_others(
    offered, monkeypatch, kpa_command, tmp_path
):
    offered(sewing=a_group())
    inside, opened = click.Group("sewing"), []
    inside.command("orders", help="Les commandes.")(lambda: click.echo("3"))
    monkeypatch.setattr(plugin_commands, "group_of", lambda name: (opened.append(name), inside)[1])
    (tmp_path / "kpa.toml").write_text('plugins = ["sewing"]\n')
    assert kpa_command(tmp_path, "sewing", "measure").out == "2 m\n"
    assert not opened, "the instance was opened for a command that needs none"
    assert kpa_command(tmp_path, "sewing", "orders").out == "3\n"
    both = kpa_command(tmp_path, "sewing", "--help").out
    assert "Mesurer." in both
    assert "Les commandes." in both


def needs_a_right(group):
    @commands.command(group, "cut", needs="sewing.cut")
    def cut(work) -> None: ...


def says_nothing(group):
    inner = click.Group("inner")
    group.add_command(inner)
    inner.command("cut")(lambda: None)


@pytest.mark.parametrize("fill", [needs_a_right, says_nothing])
def test_a_command_that_does_not_say_why_it_needs_no_kpa_refuses_them_all(offered, fill):
    offered(sewing=a_group(fill))
    with pytest.raises(PluginError, match="'cut'"):
        plugin_commands.commands_of("sewing", enabled=False)


def test_two_packages_that_offer_the_same_are_refused(offered):
    points = offered(sewing=a_group())
    points.append(points[0])
    with pytest.raises(PluginError, match="deux paquets"):
        plugin_commands.commands_of("sewing", enabled=False)


def test_what_is_no_group_is_refused(offered):
    offered(sewing="a text")
    with pytest.raises(PluginError, match="groupe de commandes"):
        plugin_commands.commands_of("sewing", enabled=False)


def test_the_core_s_commands_keep_their_names(offered, kpa_command, tmp_path):
    offered(doctor=a_group())
    context = click.Context(cli.root)
    assert cli.root.list_commands(context).count("doctor") == 1
    assert cli.root.get_command(context, "doctor").name == "doctor"


def test_what_is_not_offered_is_no_command(offered, kpa_command, tmp_path):
    offered(sewing=a_group())
    assert kpa_command(tmp_path, "knitting").code == 2


def test_the_others_say_that_they_need_a_kpa(offered, kpa_command, tmp_path):
    offered(sewing=a_group())
    said = kpa_command(tmp_path, "sewing", "mend")
    assert said.code == 2
    assert "'mend' demande un KPA avec le module sewing" in said.err
    assert "--dir" in said.err
