"""Checks for ``kpa doctor``: the triggers, the ends of the chains, the clock, the letters."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from kpa_core import clock
from kpa_core.contracts import Health
from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices import guards
from kpa_core.invoices.models import Carrier, Series
from kpa_core.invoices.proof import verification
from kpa_core.work import Work


def health(work: Work) -> Iterator[Health]:
    """Yield whether documents are protected, stand, and are dated by a clock that goes forward."""
    gone = guards.missing(work.session.connection())
    advice = gettext(N_("Il manque {name}. Lance « kpa migrate ».")) if gone else ""
    yield Health("guards", not gone, advice.format(name=gone[0]) if gone else "")
    bad = [one for one in verification.tails(work.session) if not one.holds]
    told = gettext(N_("{name}, à {bad}. Lance « kpa invoices verify »."))
    # The names of series are for whoever runs the machine: /healthz is public.
    yield Health("series", not bad, told.format(name=bad[0].name, bad=bad[0].bad) if bad else "")
    yield from _clock(work)
    yield from _fonts()


def _clock(work: Work) -> Iterator[Health]:
    query = sa.select(Series.last_issued_on, Carrier.timezone).join(
        Carrier, Carrier.id == Series.carrier_id
    )
    ahead = [(last - clock.today(zone)).days for last, zone in work.session.execute(query) if last]
    days = max(ahead, default=0)
    text = gettext(N_("L'horloge retarde sur la dernière facture. Jours de retard : {days}."))
    yield Health("clock", days <= 0, text.format(days=days) if days > 0 else "")


def _fonts() -> Iterator[Health]:
    from kpa_core.invoices.paper.typst_pdf import OTHERS, families  # heavy

    gone = [name for name in OTHERS if name not in families()]
    text = gettext(N_("Il manque la police {name} : des noms seront imprimés en carrés."))
    yield Health("fonts", not gone, text.format(name=gone[0]) if gone else "")
