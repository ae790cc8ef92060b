"""Every hook a plugin can implement, with its whole contract.

Three families, told apart by name. ``register_*`` (and ``migrations``, ``translations``,
``notify_channels``) return data and are called once, when an instance opens. ``on_*`` are told of
something after the commit, at least once: make them repeatable by their event's ``id``. A bare noun
or verb computes an answer inside the caller's work.

All arguments go by keyword and an implementation may take fewer. ``None`` means "nothing from me".
``@on_error("skip")``: the plugin's answer is left out, the plugin is named *degraded*, the rest
goes on. ``@on_error("raise")``: the caller's act stops, naming the plugin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from uuid import UUID

import pluggy

from kpa_core.contracts import (
    ActivityType,
    Assignment,
    Capability,
    Card,
    EngagementKind,
    Event,
    Health,
    Job,
    Line,
    MemberRef,
    MenuItem,
    Migrations,
    NotifyChannel,
    OrderRef,
    PersonalItem,
    PluginWork,
    Problem,
    QuoteRequest,
    Viewer,
)
from kpa_core.records import RecordType

if TYPE_CHECKING:
    import click
    from flask import Blueprint

hookspec = pluggy.HookspecMarker("kpa")
hookimpl = pluggy.HookimplMarker("kpa")

F = TypeVar("F", bound=Callable[..., Any])


def on_error(what: Literal["skip", "raise"], *, each: type | None = None) -> Callable[[F], F]:
    """Say what a failure of this hook does, and the type ``each`` returned item must have."""

    def mark(function: F) -> F:
        function.on_error = what  # type: ignore[attr-defined]
        function.each = each  # type: ignore[attr-defined]
        return function

    return mark


# --- What a plugin adds, asked once when the instance opens ---------------------------------------


@hookspec
@on_error("skip", each=ActivityType)
def register_activity_types() -> Iterable[ActivityType] | None:
    """Return the kinds of activity this plugin adds."""


@hookspec
@on_error("raise", each=EngagementKind)
def register_engagement_kinds() -> Iterable[EngagementKind] | None:
    """Return the kinds of engagement this plugin brings, with their rules.

    A kind whose plugin is not loaded gives no green light.
    """


@hookspec
@on_error("raise")
def register_blueprints() -> Iterable[Blueprint] | None:
    """Return blueprints made by ``kpa_core.api.Pages``; each is mounted under ``/<plugin>/``.

    A route that declares no capability refuses the whole plugin.
    """


@hookspec
@on_error("raise", each=Capability)
def register_capabilities() -> Iterable[Capability] | None:
    """Return the rights this plugin checks; each key starts with the plugin's name and a dot."""


@hookspec
@on_error("raise")
def register_commands(group: click.Group) -> None:
    """Add commands to ``group``, shown as ``kpa <plugin> …``.

    A command that declares no capability refuses the whole plugin. Commands for people who have no
    instance are not added here: name a click group in the entry points ``kpa.offline``, under the
    plugin's name, and make each with ``free_command(group, "name", because="…")``. They run in any
    folder, whether the plugin is enabled or not, and are given nothing.
    """


@hookspec
@on_error("raise", each=Job)
def register_jobs() -> Iterable[Job] | None:
    """Return the work the worker does for this plugin; each kind starts with its name and a dot."""


@hookspec
@on_error("raise")
def migrations() -> Migrations | None:
    """Return where this plugin's migrations are; its tables start with its name."""


@hookspec
@on_error("skip")
def translations() -> Path | None:
    """Return the folder of this plugin's catalogues; the domain is the plugin's name."""


@hookspec
@on_error("skip", each=NotifyChannel)
def notify_channels() -> Iterable[NotifyChannel] | None:
    """Return ways to reach people, tried in order after e-mail."""


@hookspec
@on_error("raise", each=RecordType)
def register_record_types() -> Iterable[RecordType] | None:
    """Return the kinds of record that this plugin's things become for other groups.

    A key that two plugins bring refuses the second. A kind no plugin brings is kept and shown
    plainly; it cannot be installed.
    """


# --- What a plugin shows --------------------------------------------------------------------------


@hookspec
@on_error("skip", each=MenuItem)
def menu_items(viewer: Viewer) -> Iterable[MenuItem] | None:
    """Return what this person may find in the main menu."""


@hookspec
@on_error("skip", each=Card)
def member_cards(work: PluginWork, member: MemberRef) -> Iterable[Card] | None:
    """Return blocks for the page of one member."""


@hookspec
@on_error("skip", each=Card)
def order_cards(work: PluginWork, order: OrderRef) -> Iterable[Card] | None:
    """Return blocks for the page of one order."""


# --- What a plugin computes inside the caller's work ----------------------------------------------


@hookspec
@on_error("raise", each=Line)
def quote_lines(work: PluginWork, request: QuoteRequest) -> Iterable[Line] | None:
    """Return priced lines for what a customer asked.

    An error stops the quote: a wrong price is worse than none.
    """


@hookspec
@on_error("raise", each=Problem)
def check_assignment(work: PluginWork, assignment: Assignment) -> Iterable[Problem] | None:
    """Return the reasons why this person should not do this task.

    A plugin can only add reasons; it cannot lift one of the core or of another plugin.
    """


@hookspec
@on_error("raise", each=Problem)
def invoice_problems(work: PluginWork, order: OrderRef) -> Iterable[Problem] | None:
    """Return the reasons why no quote, deposit or invoice of an order may leave yet.

    Such as a VAT rate that came from elsewhere and that nobody confirmed. Every problem told holds
    the papers, ``blocking`` or not; the order itself goes on.
    """


@hookspec
@on_error("skip", each=Health)
def health_checks(work: PluginWork) -> Iterable[Health] | None:
    """Return checks for ``kpa doctor`` and ``/healthz``."""


# --- What a plugin keeps about people -------------------------------------------------------------


@hookspec
@on_error("raise", each=PersonalItem)
def personal_data(work: PluginWork, person_id: UUID) -> Iterable[PersonalItem] | None:
    """Return all that this plugin keeps about a person, each with the reason."""


@hookspec
@on_error("raise")
def erase_personal_data(work: PluginWork, person_id: UUID) -> None:
    """Remove what this plugin keeps about a person and no law makes it keep."""


# --- What a plugin is told after the commit -------------------------------------------------------


@hookspec
@on_error("skip")
def on_record_received(work: PluginWork, event: Event) -> None:
    """Hear that a record of another group arrived, changed, or was withdrawn.

    ``event.data`` has ``name`` (the record's, ``<origin>/<number>/<hash>``), ``kind``,
    ``revision``, and ``state``: ``live`` or ``withdrawn``. It is told after the record was verified
    and stored, at least once, and in no order between records: ask for the record as it is now
    rather than trust the event. Records in quarantine, hidden or of a blocked group are not told.
    Nothing is installed by itself: a person presses the button.
    """
