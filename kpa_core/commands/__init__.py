"""What commands are made of: an open instance, who acts, and errors that people can read.

A command declares the capability it ``needs``. Technical ones act as the machine's operator; the
others as the person who signed in with ``kpa sign-in`` (or whose token is in ``KPA_TOKEN``):
running the machine gives no right over people's money.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar, cast

import click
from sqlalchemy.exc import DBAPIError

from kpa_core import db
from kpa_core.contracts import INSTANCE, Actor
from kpa_core.instance import Instance
from kpa_core.speaking import say as say
from kpa_core.work import OPERATOR, Denied, Work

Command = TypeVar("Command", bound=Callable[..., Any])
ActorOf = Callable[[Work, str], Actor]


class Session:
    """What the command line opens once for one call: the instance, and the actor of a token."""

    def __init__(self, opener: Callable[[], Instance], actor_of: ActorOf) -> None:
        self.opener = opener
        self.actor_of = actor_of

    @contextmanager
    def work(self, needs: str) -> Iterator[Work]:
        """Open the instance and start a unit of work by whoever may do ``needs``."""
        instance = self.opener()
        try:
            with instance.work(operator()) as work:
                _take_over_states(work)
                if not work.reach(needs).everywhere:
                    work.actor = self.actor_of(work, os.environ.get("KPA_TOKEN", ""))
                try:
                    if not work.reach(needs).anywhere:
                        raise Denied(needs, INSTANCE)
                    yield work
                except Denied as error:
                    error.signed_in = work.actor.kind != "visitor"
                    raise
        except DBAPIError as error:
            raise db.meaning_of(error) or error from error
        finally:
            instance.close()


def _take_over_states(work: Work) -> None:
    try:
        work.instance.read_plugin_states(work.session)
    except DBAPIError:  # before the first migration there is no such table
        work.session.rollback()


def operator() -> Actor:
    """Return the operator, named by the system's user."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = "operator"
    return replace(OPERATOR, name=user)


def command(
    group: click.Group, name: str, *, needs: str, **options: Any
) -> Callable[[Command], click.Command]:
    """Add a command to ``group``; the function is given the work as its first argument."""

    def declare(function: Command) -> click.Command:
        @wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            session = cast(Session, click.get_current_context().find_object(Session))
            with session.work(needs) as work:
                return function(work, *args, **kwargs)

        made = group.command(name, **options)(run)
        made.kpa_needs = needs  # type: ignore[attr-defined]
        return made

    return declare


def free_command(
    group: click.Group, name: str, *, because: str, **options: Any
) -> Callable[[Command], click.Command]:
    """Add a command that works without an open instance, for the stated reason."""

    def declare(function: Command) -> click.Command:
        made = group.command(name, **options)(function)
        made.kpa_needs = ""  # type: ignore[attr-defined]
        made.kpa_free = because  # type: ignore[attr-defined]
        return made

    return declare
