"""A plugin's session: it writes inside the core's act, and can neither end nor outlive it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from kpa_core.contracts import Card, Line
from kpa_core.errors import PluginError, Refused
from kpa_core.hookspecs import hookimpl
from kpa_core.once import OnceRow
from kpa_core.plugins import API_VERSION, Plugin
from kpa_core.sessions import LentSession
from kpa_core.work import collect


def notes_of(plugin):
    """Return the one table of a plugin of these tests."""
    return sa.Table(f"{plugin}_note", sa.MetaData(), sa.Column("key", sa.String, primary_key=True))


@pytest.fixture
def make_kpa(make_kpa):
    """Return the function that makes a KPA, where each plugin has its table of notes."""

    def make(plugins, **options):
        kpa = make_kpa(plugins=plugins, **options)
        for plugin in plugins:
            notes_of(plugin.name).create(kpa.instance.engine)
        kpa.notes = [notes_of(plugin.name) for plugin in plugins]
        return kpa

    return make


def note(session, key):
    """Write a key, in the plugin's own table or in the core's."""
    if isinstance(session, LentSession):
        session.execute(sa.insert(notes_of(session.plugin)).values(key=key))
    else:
        session.execute(sa.insert(OnceRow).values(key=key, route="", body_hash="", answer=""))


def keys(kpa):
    with kpa.work() as work:
        columns = [OnceRow.key, *(table.c.key for table in kpa.notes)]
        return {key for column in columns for key in work.session.scalars(sa.select(column))}


def plugin_that(name, behave, hook="quote_lines"):
    """Return a plugin class whose one hook does ``behave(work)``."""

    def quote_lines(self, work, request):
        return behave(work)

    def order_cards(self, work, order):
        return behave(work)

    chosen = quote_lines if hook == "quote_lines" else order_cards
    body = {"name": name, "api_version": API_VERSION, "__doc__": f"{name}.", hook: hookimpl(chosen)}
    return type(name.title(), (Plugin,), body)


def ask(work, hook):
    argument = {"request": None} if hook == "quote_lines" else {"order": None}
    return dict(collect(work, hook, **argument))


FORBIDDEN = {
    "commit": lambda session: session.commit(),
    "roll back": lambda session: session.rollback(),
    "close": lambda session: session.close(),
    "leave a with block": lambda session: session.__exit__(None, None, None),
    "begin again": lambda session: session.begin(),
    "take the connection": lambda session: session.connection().commit(),
    "commit in SQL": lambda session: session.execute(sa.text(" COMMIT")),
    "roll back in SQL": lambda session: session.execute(sa.text("rollback")),
    "release in SQL": lambda session: session.execute(sa.text("RELEASE sa_savepoint_1")),
}


@pytest.mark.parametrize("act", FORBIDDEN.values(), ids=FORBIDDEN)
@pytest.mark.parametrize("hook", ["quote_lines", "order_cards"])
def test_a_plugin_cannot_end_the_core_s_transaction(hook, act, make_kpa):
    """The one that tries is named; the act goes on, or stops whole when a price is at stake."""

    def misbehave(work):
        note(work.session, "the plugin's")
        act(work.session)

    kpa = make_kpa(plugins=[plugin_that("greedy", misbehave, hook)], strict=False)

    def run(work):
        with work.transaction() as session:
            note(session, "before")
            ask(work, hook)
            note(session, "after")

    with kpa.work() as work:
        if hook == "quote_lines":
            with pytest.raises(PluginError, match="greedy"):
                run(work)
        else:
            run(work)
    assert keys(kpa) == (set() if hook == "quote_lines" else {"before", "after"})
    assert kpa.instance.plugins.states["greedy"].state == "degraded"


def test_what_a_failing_plugin_wrote_is_dropped_and_the_others_kept(make_kpa):
    def good(name):
        def behave(work):
            note(work.session, name)
            return [Card(name, "x.html", "order.read")]

        return plugin_that(name, behave, "order_cards")

    def bad(work):
        with work.session.begin_nested():
            note(work.session, "bad")
        raise ValueError("half way")

    plugins = [good("first"), plugin_that("bad", bad, "order_cards"), good("last")]
    kpa = make_kpa(plugins=plugins, strict=False)
    with kpa.work() as work, work.transaction() as session:
        note(session, "core")
        assert list(ask(work, "order_cards")) == ["first", "last"]
    assert keys(kpa) == {"core", "first", "last"}


def test_a_plugin_that_begins_by_itself_keeps_nothing_of_what_fails(make_kpa):
    def bad(work):
        with work.session.begin():
            note(work.session, "bad")
        raise ValueError("afterwards")

    kpa = make_kpa(plugins=[plugin_that("bad", bad, "order_cards")], strict=False)
    with kpa.work() as work, work.transaction() as session:
        note(session, "core")
        ask(work, "order_cards")
    assert keys(kpa) == {"core"}


def test_a_statement_the_database_refuses_costs_the_core_nothing(make_kpa):
    """On PostgreSQL a failed statement spoils the whole transaction, unless a savepoint holds."""

    def clash(work):
        note(work.session, "lost")
        note(work.session, "lost")

    kpa = make_kpa(plugins=[plugin_that("clash", clash, "order_cards")], strict=False)
    with kpa.work() as work, work.transaction() as session:
        note(session, "core")
        ask(work, "order_cards")
        note(session, "after")
    assert keys(kpa) == {"core", "after"}
    assert "Integrity" in kpa.instance.plugins.states["clash"].reason


def test_a_plugin_reads_what_the_act_has_written_so_far(make_kpa):
    seen = []

    def look(work):
        seen.extend(work.session.scalars(sa.select(OnceRow.key)))

    kpa = make_kpa(plugins=[plugin_that("curious", look)])
    with kpa.work() as work, work.transaction() as session:
        session.add(OnceRow(key="not flushed", route="", body_hash="", answer=""))
        ask(work, "quote_lines")
    assert seen == ["not flushed"]


def move_a_row(session):
    session.scalars(sa.select(OnceRow)).one().answer = "moved"
    session.flush()


def mark_by_hand(session):
    session.bulk_update_mappings(OnceRow, [{"key": "core", "answer": "moved"}])


SET = "UPDATE once SET answer = 'moved'"
THEFTS = {
    "a row changed": move_a_row,
    "a row changed, then a question": lambda session: (
        setattr(session.scalars(sa.select(OnceRow)).one(), "answer", "moved"),
        session.scalars(sa.select(OnceRow)).all(),
    ),
    "a row added": lambda session: (
        session.add(OnceRow(key="sly", route="", body_hash="", answer="")),
        session.flush(),
    ),
    "a row deleted": lambda session: (
        session.delete(session.scalars(sa.select(OnceRow)).one()),
        session.flush(),
    ),
    "an update": lambda session: session.execute(sa.update(OnceRow).values(answer="moved")),
    "a delete": lambda session: session.execute(sa.delete(OnceRow.__table__)),
    "a table by its name": lambda session: session.execute(sa.delete(sa.table("once"))),
    "an update inside a question": lambda session: session.execute(
        sa.select(sa.update(OnceRow).values(answer="moved").returning(OnceRow.key).cte().c.key)
    ),
    "many at once": mark_by_hand,
    "text": lambda session: session.execute(sa.text(SET)),
    "text under a remark": lambda session: session.execute(sa.text(f"/* a */ {SET}")),
    "text in a WITH": lambda session: session.execute(
        sa.text(f"WITH a AS ({SET} RETURNING key) SELECT key FROM a")
    ),
    "text with columns": lambda session: session.execute(
        sa.text(f"{SET} RETURNING key").columns(sa.column("key"))
    ),
    "a change of the table": lambda session: session.execute(
        sa.schema.DropTable(OnceRow.__table__)
    ),
}


@pytest.mark.parametrize("steal", THEFTS.values(), ids=THEFTS)
def test_a_hook_writes_no_table_of_others(steal, make_kpa):
    """An order paid, a part one cent larger: no hook moves money."""
    kpa = make_kpa(
        plugins=[plugin_that("on", lambda work: steal(work.session), "order_cards")], strict=False
    )
    with kpa.work() as work, work.transaction() as session:
        note(session, "core")
        assert ask(work, "order_cards") == {}
    with kpa.work() as work:
        (row,) = work.session.scalars(sa.select(OnceRow))
    assert (row.key, row.answer) == ("core", "")
    state = kpa.instance.plugins.states["on"]
    assert (state.state, state.reason.startswith("plugin 'on': il ")) == ("degraded", True)


def test_who_writes_elsewhere_is_told_where(make_kpa):
    def take(work):
        work.session.execute(sa.text("SELECT 'update' FROM customer_order")).all()
        work.session.execute(sa.table("customer_order").delete())

    kpa = make_kpa(plugins=[plugin_that("custom", take, "order_cards")], strict=False)
    with kpa.work() as work, work.transaction():
        ask(work, "order_cards")
    reason = kpa.instance.plugins.states["custom"].reason
    assert "il écrit dans la table 'customer_order', qui n'est pas à lui." in reason


@pytest.mark.parametrize("by_row", [True, False], ids=["a row", "a statement"])
def test_a_hook_asked_while_a_page_is_shown_only_reads(by_row, make_kpa):
    def write(work):
        if by_row:
            work.session.add(OnceRow(key="sly", route="", body_hash="", answer=""))
            work.session.flush()
        else:
            note(work.session, "sly")

    kpa = make_kpa(plugins=[plugin_that("sly", write, "order_cards")], strict=False)
    with kpa.work() as work:
        assert ask(work, "order_cards") == {}
    assert keys(kpa) == set()
    assert "lire" in kpa.instance.plugins.states["sly"].reason


def test_a_plugin_s_own_no_stops_a_price_and_leaves_a_card_out(make_kpa):
    """A card that says no must not make the page of the order disappear."""

    def refuse(_work):
        raise Refused("Pas de four.")

    kpa = make_kpa(
        plugins=[plugin_that("kitchen", refuse), plugin_that("card", refuse, "order_cards")],
        strict=False,
    )
    with kpa.work() as work:
        with pytest.raises(Refused, match="Pas de four"):
            ask(work, "quote_lines")
        assert "card" not in ask(work, "order_cards")
    states = kpa.instance.plugins.states
    assert (states["kitchen"].state, states["card"].state) == ("loaded", "degraded")


def test_answers_are_checked_for_what_they_are(make_kpa):
    line = Line("Buffet", 1, 1500, 1000)
    kpa = make_kpa(plugins=[plugin_that("good", lambda _work: [line])])
    with kpa.work() as work:
        assert ask(work, "quote_lines") == {"good": [line]}


def test_a_failing_plugin_is_written_down_once_and_not_at_each_page(make_kpa, monkeypatch):
    kpa = make_kpa(plugins=[plugin_that("bad", lambda _work: 1 / 0, "order_cards")], strict=False)
    kept = []
    keep = kpa.instance.keep_plugin_states

    def counted():
        kept.append(dict(kpa.instance.plugins.changed))
        keep()

    monkeypatch.setattr(kpa.instance, "keep_plugin_states", counted)
    for _ in range(3):
        with kpa.work() as work:
            ask(work, "order_cards")
    assert [bool(changed) for changed in kept] == [True, False, False]
