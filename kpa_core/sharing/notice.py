"""What stands under every part, always: it is not pay yet, when it will be, whom to ask first.

The templates show parts with the one macro ``part`` (``templates/sharing/part.html``), commands
with :func:`kpa_core.sharing.parts.told`; both take these sentences from here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from kpa_core.errors import N_
from kpa_core.i18n import gettext
from kpa_core.invoices.models import Carrier
from kpa_core.members import charter

NOT_PAY = N_("Ce n'est pas encore ta paie. {carrier} retire les cotisations.")
BY_REQUEST = N_("Les demandes de paie partent le {day} du mois.")
ASK_FIRST = N_("Tu touches le RSA ou le chômage ? Demande à {whom} avant de choisir.")


def pay_notice(
    session: Session,
    carrier: Carrier,
    day: date,
    activity_id: UUID | None = None,
    translate: Callable[[str], str] = gettext,
) -> tuple[str, ...]:
    """Return the sentences, in the reader's language.

    When: the carrier's own words if it gave some, else the day pay requests leave. Whom to ask: the
    person the carrier named, else the carrier.
    """
    when = carrier.paid_when.strip()
    if not when:
        cut_off = charter.rule(session, "pay.cut_off_day", day, activity_id)["day"]
        when = translate(BY_REQUEST).format(day=cut_off)
    whom = carrier.ask_whom.strip() or carrier.name
    return (
        translate(NOT_PAY).format(carrier=carrier.name),
        when,
        translate(ASK_FIRST).format(whom=whom),
    )
