"""R35: thirteen bad plugins. The site answers, the invoice stands, the bad one is named, left out.

What a plugin of others answered is kept; without the bad one, the invoices are still read.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from kpa_core import health, migrate, plugins, watch
from kpa_core.activities.models import Order
from kpa_core.activities.service import order_ref
from kpa_core.contracts import Capability, Card, MenuItem, Migrations
from kpa_core.errors import Misuse, PluginError
from kpa_core.features import FEATURES
from kpa_core.hookspecs import hookimpl
from kpa_core.instance import Instance
from kpa_core.invoices import guards
from kpa_core.invoices.making import issuing
from kpa_core.invoices.models import Document
from kpa_core.invoices.proof import verification
from kpa_core.invoices.sealing import printing
from kpa_core.pages import Pages
from kpa_core.plugins import API_VERSION, Plugin
from kpa_core.testing import TestKpa
from kpa_core.work import collect


def made(name: str, **hooks: Callable[..., Any]) -> type[Plugin]:
    """Return a plugin's class with these hooks."""
    body: dict[str, Any] = {"name": name, "api_version": API_VERSION, "__doc__": f"{name}."}
    for hook, does in hooks.items():
        does.__name__ = hook
        body[hook] = hookimpl(does)
    return type(name.title(), (Plugin,), body)


def good(name: str) -> type[Plugin]:
    """Return a plugin that has something to say in the menu and on every order."""

    def menu_items(self: Plugin, viewer: object) -> list[MenuItem]:
        return [MenuItem(f"Menu {name}", f"/{name}", "public.read")]

    def order_cards(self: Plugin, work: object, order: object) -> list[Card]:
        return [Card(name, "x.html", "order.read")]

    return made(name, menu_items=menu_items, order_cards=order_cards)


OWN = sa.Table("bad_box", sa.MetaData(), sa.Column("id", sa.Uuid(), primary_key=True))


def bad(does: Callable[[Any], Any]) -> type[Plugin]:
    """Return a plugin that writes, then does this, when it is asked for a card in an act."""

    def order_cards(self: Plugin, work: Any, order: object) -> Any:
        work.session.execute(sa.insert(OWN).values(id=uuid4()))
        return does(work)

    return made("bad", order_cards=order_cards)


class Odd(BaseException):
    pass


HELD: list[bytes] = []


def fail(error: BaseException) -> None:
    raise error


def leak() -> None:
    HELD.append(b"x" * 60 * 2**20)


def page_of_another(self: Plugin) -> list[Pages]:
    taken = Pages("members", __name__)
    taken.get("/", needs="public.read")(lambda: "mine")
    return [taken]


def on_full_moon(self: Plugin) -> None: ...


TABLE = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "bad_0001", None


def upgrade():
    op.create_table("{name}", sa.Column("id", sa.Uuid(), primary_key=True))
"""


def steal(work: Any) -> None:
    work.session.execute(sa.update(Order).values(state="paid"))


@dataclass(frozen=True)
class Case:
    """A bad plugin, how it is called afterwards, and a word of the reason."""

    plugin: type[Plugin] | str
    state: str
    reason: str
    files: dict[str, str] = field(default_factory=dict)
    patience: float = watch.SLOW_SECONDS


CASES = {
    "raises": Case(bad(lambda _: 1 / 0), "degraded", "ZeroDivisionError"),
    "returns garbage": Case(bad(lambda _: ["not a card"]), "degraded", "str"),
    "hangs": Case(bad(lambda _: time.sleep(0.5)), "stopped", "secondes", patience=0.2),
    "exits": Case(bad(lambda _: fail(SystemExit(3))), "stopped", "SystemExit"),
    "raises a BaseException": Case(bad(lambda _: fail(Odd())), "stopped", "Odd"),
    "commits": Case(bad(lambda work: work.session.commit()), "degraded", "à la place du cœur"),
    "rolls back": Case(bad(lambda work: work.session.rollback()), "degraded", "du cœur"),
    "moves money": Case(bad(steal), "degraded", "'customer_order', qui n'est pas à lui"),
    "leaks memory": Case(bad(lambda _: leak()), "degraded", "Mio"),
    "cannot be imported": Case("bad", "refused", "importé", {"bad_import.py": "import nowhere"}),
    "takes a page of others": Case(
        made("bad", register_blueprints=page_of_another), "refused", "existent déjà"
    ),
    "has an unknown hook": Case(made("bad", on_full_moon=on_full_moon), "refused", "on_full_moon"),
}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, case: Case) -> None:
    """Let no plugin hang or grow for long before it is named."""
    monkeypatch.setattr(watch, "GREEDY_MIB", 30)
    monkeypatch.setattr(watch.Watch.__init__, "__defaults__", (case.patience,))
    HELD.clear()


def offer(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the case's files where they are found, as an installed package would."""
    for name, text in case.files.items():
        (folder / name).write_text(text)
    monkeypatch.syspath_prepend(str(folder))
    point = EntryPoint("bad", "bad_import:Bad", plugins.GROUP)
    monkeypatch.setattr(plugins, "discover", lambda: {"bad": [point]})


def issue_with_cards(house: Any) -> tuple[Document, set[str]]:
    """Issue an invoice and ask every plugin for its card, in one transaction."""
    order_id = house.done()
    with house.work() as work, work.transaction() as session:
        document = issuing.issue(work, order_id)
        order = order_ref(session.get_one(Order, order_id))
        answers = dict(collect(work, "order_cards", order=order))
    return document, set(answers)


def written(kpa: TestKpa) -> int | None:
    """Return how many rows the bad plugin wrote."""
    with kpa.work() as work:
        return work.session.scalar(sa.select(sa.func.count()).select_from(OWN))


def standing(instance: Instance) -> list[str]:
    """Return the numbers of the invoices; each must stand and be printed."""
    with instance.work() as work:
        assert [one for one in verification.verify(work.session) if not one.holds] == []
        papers = list(work.session.scalars(sa.select(Document).where(Document.number.is_not(None))))
        assert all(printing.pdf_of(work, paper) for paper in papers)
        return [str(paper.number) for paper in papers]


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_bad_plugin_is_named_and_costs_nobody_else(
    case: Case, tmp_path: Path, make_house_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(case, tmp_path, monkeypatch)
    kpa = TestKpa.make(
        tmp_path / "kpa", plugins=[good("first"), case.plugin, good("last")], strict=False
    )
    OWN.create(kpa.instance.engine)
    house = make_house_of(kpa)
    assert kpa.app.test_client().get("/").status_code == 200
    document, answered = issue_with_cards(house)

    state = kpa.instance.plugins.states["bad"]
    assert (state.state, case.reason in state.reason) == (case.state, True), state
    assert answered >= {"first", "last"}
    assert written(kpa) == len(answered & {"bad"})  # what is left out leaves nothing
    assert standing(kpa.instance) == ["KPA-2026-0001"]
    with kpa.client_for(house.people["treasurer"]) as browser:
        page = browser.get(f"/documents/{document.id}").text
    assert all(words in page for words in ("KPA-2026-0001", "Menu first", "Menu last"))
    again = issue_with_cards(house)[1]
    assert again - {"bad"} == {"first", "last"}
    assert not (state.state == "stopped" and "bad" in again)
    kpa.close()

    without = Instance(kpa.instance.settings.model_copy(update={"plugins": ()}), features=FEATURES)
    assert standing(without) == ["KPA-2026-0001", "KPA-2026-0002"]
    without.close()


@pytest.mark.parametrize("name", ["document", "stranger"])
def test_a_plugin_that_takes_a_table_of_others_changes_nothing(
    name: str, tmp_path: Path, make_house_of: Any
) -> None:
    """The thirteenth. Its tables are never made: who updates the base is told to do without it."""
    house = make_house_of(TestKpa.make(tmp_path / "kpa"))
    house.issued()
    thief, other = (
        made(one, migrations=_history(tmp_path / one, one, table))
        for one, table in (("bad", name), ("other", "other_box"))
    )
    settings = house.kpa.instance.settings
    instance = Instance(settings, features=FEATURES, plugin_classes=[thief, other])
    with pytest.raises(PluginError, match="bad"):
        migrate.upgrade(instance, guards=guards.install)
    with pytest.raises(Misuse, match="bad"):
        health.require_ready(instance)
    instance.close()

    without = Instance(settings, features=FEATURES, plugin_classes=[other])
    health.require_ready(without)  # the other plugin's tables did not wait for it
    assert standing(without) == ["KPA-2026-0001"]
    tables = sa.inspect(without.engine).get_table_names()
    assert "other_box" in tables
    assert "stranger" not in tables
    with without.engine.connect() as connection:
        assert guards.missing(connection) == []
    without.close()
    house.kpa.close()


def _history(folder: Path, plugin: str, table: str) -> Callable[[Plugin], Migrations]:
    (folder / "versions").mkdir(parents=True)
    text = TABLE.format(name=table).replace("bad_0001", f"{plugin}_0001")
    (folder / "versions" / f"{plugin}_0001.py").write_text(text)
    return lambda self: Migrations(folder)


# --- R36 ------------------------------------------------------------------------------------------


def test_a_plugin_taken_away_leaves_no_right_behind(tmp_path: Path) -> None:
    def register_capabilities(self: Plugin) -> list[Capability]:
        return [Capability("bad.read", "Lire.", {"member": "all", "visitor": "all"})]

    kpa = TestKpa.make(
        tmp_path / "kpa", plugins=[made("bad", register_capabilities=register_capabilities)]
    )
    person = kpa.person("Awa", "member")
    with kpa.work(person) as work:
        assert work.can("bad.read")
    without = Instance(kpa.instance.settings, features=FEATURES)
    assert "bad.read" not in without.rights
    assert "bad" not in without.rights.owners.values()
    without.close()
    kpa.close()
