"""``kpa invoices issue-due``: every invoice whose work is done, with a progress bar."""

from __future__ import annotations

import sys

import click

from kpa_core.commands import command, say
from kpa_core.errors import N_, Refused
from kpa_core.i18n import gettext, sentence
from kpa_core.invoices.cli.invoice_commands import invoices
from kpa_core.invoices.making import batch
from kpa_core.work import Work


@command(invoices, "issue-due", needs="invoice.issue")
def issue_due(work: Work) -> None:
    """Émettre toutes les factures dont le travail est fait."""
    waiting = batch.due(work)
    issued, refused = 0, []
    label = gettext(N_("Factures"))
    # On the error output: what is said at the end can be kept apart.
    with click.progressbar(
        batch.issue_each(work, waiting),
        length=len(waiting),
        label=label,
        file=sys.stderr,
        hidden=not sys.stderr.isatty(),  # a log file stays clean
    ) as outcomes:
        for one in outcomes:
            issued += one.error is None
            if one.error is not None:
                refused.append(f"{one.order} : {sentence(one.error, work.instance.texts)}")
    say(N_("Factures émises : {count}."), count=issued)
    for told in refused:
        click.echo(told)
    if refused:
        raise Refused(
            N_("Factures refusées : {count}. Lis pourquoi ci-dessus."), count=len(refused)
        )
