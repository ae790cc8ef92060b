"""The month of a carrier, in one file, from the command line."""

from __future__ import annotations

from pathlib import Path

import click

from kpa_core.errors import N_, Misuse
from kpa_core.i18n import ngettext
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.cli.typed import new_file
from kpa_core.invoices.exports.month_file import write_month
from kpa_core.invoices.exports.months import month_of
from kpa_core.invoices.models import Carrier
from kpa_core.work import Work


def export_month(work: Work, month: str, carrier: str, path: Path) -> None:
    """Write the ZIP of a carrier's month to a new file.

    Raises:
        Misuse: the file is there or its folder is not, the month is none, or several carriers
            could be meant.
    """
    wanted, found = month_of(month), _carrier(work, carrier)
    with new_file(path) as file:
        made = write_month(work, found, wanted, file)
    papers = ngettext("{n} papier", "{n} papiers", made.papers).format(n=made.papers)
    entries = ngettext("{n} écriture", "{n} écritures", made.entries).format(n=made.entries)
    click.echo(f"{path} : {papers}, {entries}.")


def _carrier(work: Work, name: str) -> Carrier:
    if name:
        return carriers.carrier_named(work, name)
    found = list(work.session.scalars(carriers.visible_carriers(work)))
    if len(found) != 1:
        raise Misuse(N_("Dis quelle maison, avec --carrier."))
    return found[0]
