"""Write down what a server says of a delivery: its status, its price, and what it cost us."""

from __future__ import annotations

from kpa_coopcycle.answers import Delivery
from kpa_coopcycle.models import ConnectionRow, DeliveryRow, StepRow
from kpa_core.api import N_, KpaError, NewExpense, Refused, Work, now, record_expense

GONE = ("done", "cancelled")


def note(work: Work, row: DeliveryRow, seen: Delivery, source: str) -> None:
    """Keep what was seen, in the caller's transaction; a change of status leaves a line.

    A status may go back: a failed delivery is tried again, one taken for done was not. What was
    booked as bought then stays, and the report of differences says so.
    """
    session = work.session
    if row.status != seen.status:
        step = StepRow(delivery_id=row.id, was=row.status, became=seen.status, source=source)
        step.at = now()
        session.add(step)
        row.ended_at = now() if seen.status in GONE else None
    row.path, row.status, row.seen_at = seen.path, seen.status, now()
    # A link people press leads to the co-op they chose, whatever its server says.
    at: ConnectionRow = row.connection
    ours = seen.tracking_url.startswith(f"{at.address}/")
    row.tracking_url, row.street = seen.tracking_url if ours else "", seen.street
    if seen.total_cents is not None:
        row.total_cents, row.tax_cents = seen.total_cents, seen.tax_cents
    if row.status == "cancelled":
        row.state = "cancelled"
    elif row.state != "cancelling":
        row.state = "booked"
    session.flush()
    if row.status == "done":
        _book(work, row)


def _book(work: Work, row: DeliveryRow) -> None:
    """Book a finished delivery as bought for its order, once.

    When the KPA is the co-op it buys nothing: the delivery is a line of the customer's quote.
    """
    at: ConnectionRow = row.connection
    if at.role != "client" or row.expense_id is not None or row.total_cents is None:
        return
    tax = row.tax_cents or 0
    new = NewExpense(
        day=work.today,
        supplier=at.name,
        what=f"Livraison à vélo {row.path}",
        net_cents=row.total_cents - tax,
        vat_cents=tax,
    )
    try:
        with work.attempt():
            row.expense_id = record_expense(work, row.order_id, new).id
        row.reason = ""
    except Refused as refusal:
        # The delivery is done whatever our books say: a person enters what it cost.
        row.reason = str(refusal)


def refuse(work: Work, row: DeliveryRow, why: KpaError) -> None:
    """Note that a rule said no to a delivery, in a transaction of its own."""
    with work.transaction():
        row.state, row.reason = "refused", str(why)


UNPLACED = N_(
    "Le serveur ne trouve pas cette adresse. Corrige-la, ou ajoute sa position sur la carte."
)
LOST = N_("La coop ne connaît pas ces colis : {kinds}. Appelle-la.")
NO_SLOT = N_("Ce créneau n'est plus proposé. Choisis-en un autre.")
OTHER_MONEY = N_("Le serveur répond en {currency}, pas en {ours}.")
