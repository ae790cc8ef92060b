"""Speak in the terminal: sentences in the reader's language, errors without tracebacks.

Light to import: ``kpa --help`` needs nothing more.
"""

from __future__ import annotations

import gettext as frame
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from kpa_core.errors import N_, KpaError, Misuse, PluginError
from kpa_core.i18n import CORE_CATALOGUES, CORE_TEXTS, best_locale, gettext, locale_set, sentence


def say(message: str, **params: object) -> None:
    """Print a sentence in the reader's language; ``message`` is a French message id."""
    text = gettext(message)
    click.echo(text.format(**params) if params else text)


@contextmanager
def speaking() -> Iterator[None]:
    """Speak the terminal's language, and turn errors into one sentence and an exit code.

    Exit 2 for misuse, 1 for failure.
    """
    # A warning for the log of a server is not for who types a command: the sentence is enough.
    logging.getLogger("kpa").addHandler(logging.NullHandler())
    wanted = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG")
    locale = best_locale(wanted)
    with locale_set(locale), _frame_in(locale):
        try:
            yield
        except KpaError as error:
            _tell(error)
            sys.exit(2 if isinstance(error, Misuse) else 1)
        except OSError as error:
            _tell(KpaError(N_("Le système refuse : {detail}. Rien n'a été fait."), detail=error))
            sys.exit(1)
        except Exception as error:
            if os.environ.get("KPA_DEBUG"):
                raise
            _tell(_meaning(error))
            sys.exit(1)


@contextmanager
def _frame_in(locale: str) -> Iterator[None]:
    """Have click say "usage", "options" and what is badly typed in the reader's language.

    Click asks the process's own gettext, and that asks the environment.
    """
    before, domain = os.environ.get("LANGUAGE"), frame.textdomain()
    os.environ["LANGUAGE"] = locale
    frame.bindtextdomain("click", str(CORE_CATALOGUES))
    frame.textdomain("click")
    try:
        yield
    finally:
        frame.textdomain(domain)
        if before is None:
            del os.environ["LANGUAGE"]
        else:
            os.environ["LANGUAGE"] = before


def _meaning(error: Exception) -> KpaError:
    """Return what a failure nobody foresaw means for a person; ``KPA_DEBUG=1`` shows all of it."""
    from kpa_core.db import meaning_of  # only now: help needs no database

    return meaning_of(error) or KpaError(
        N_("Quelque chose s'est cassé ({detail}). Pour tout voir : KPA_DEBUG=1."),
        detail=type(error).__name__,
    )


def _tell(error: KpaError) -> None:
    prefix = f"module {error.plugin!r} : " if isinstance(error, PluginError) else ""
    if type(error).__name__ == "Denied":  # its class lives above the database
        error = KpaError(
            N_("Tu n'as pas ce droit.")
            if getattr(error, "signed_in", False)
            else N_("Tu n'as pas ce droit, ou tu n'es pas connecté·e. Lance « kpa sign-in ».")
        )
    click.echo(prefix + sentence(error, CORE_TEXTS), err=True)
