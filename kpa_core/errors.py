"""Every error kpa raises on purpose, under one root.

A message is a French sentence with ``{named}`` places: what is wrong, which one, what to do. It is
kept apart from its values, so that the page or the command can translate it for the reader.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta


def N_(message: str) -> str:
    """Mark a message for translation and return it unchanged."""
    return message


class KpaError(Exception):
    """Say what is wrong, with which thing, and what to do.

    ``field`` names the form field at fault, when there is one.
    """

    status = 400

    def __init__(self, message: str, *, field: str | None = None, **params: object) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.params = params

    def __str__(self) -> str:
        return self.message.format(**self.params) if self.params else self.message


class Refused(KpaError):
    """A rule says no."""

    status = 422


class NotFound(KpaError):
    """There is no such thing, or this person may not know of it: the answer is the same."""

    status = 404

    def __init__(self, message: str = "", *, field: str | None = None, **params: object) -> None:
        absent = N_("Cette page n'existe pas, ou n'est pas pour toi.")
        super().__init__(message or absent, field=field, **params)


class Conflict(KpaError):
    """Someone else changed the same thing in between."""

    status = 409


class Misuse(KpaError):
    """The command or the settings were written wrongly (exit code 2)."""


class Unavailable(KpaError):
    """The machine cannot do it now: disk full, database busy or out of reach."""

    status = 503


class TryAgain(Unavailable):
    """A job with an effect on another machine failed, and doing it again can double nothing.

    ``after`` is how long the other machine asked us to wait (RFC 9110 §10.2.3, Retry-After).
    """

    def __init__(
        self,
        message: str,
        *,
        field: str | None = None,
        after: timedelta | None = None,
        **params: object,
    ) -> None:
        super().__init__(message, field=field, **params)
        self.after = after


class Away(TryAgain):
    """The other machine says that it serves nobody now: no attempt is counted, all for it waits."""


@contextmanager
def before_leaving() -> Iterator[None]:
    """Mark the part of such a job in which nothing can have left yet.

    Raises:
        TryAgain: it failed, otherwise than by a rule that says no.
    """
    try:
        yield
    except (Refused, TryAgain):
        raise
    except Exception as error:
        raise TryAgain("{detail}", detail=f"{type(error).__name__}: {error}") from error


class PluginError(KpaError):
    """A plugin failed or was refused; ``plugin`` names it."""

    status = 503

    def __init__(
        self, plugin: str, message: str, *, field: str | None = None, **params: object
    ) -> None:
        super().__init__(message, field=field, **params)
        self.plugin = plugin

    def __str__(self) -> str:
        return f"plugin {self.plugin!r}: {super().__str__()}"


class StartError(KpaError):
    """The instance must not start like this: a door without a lock, a missing guard."""
