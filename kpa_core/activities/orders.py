"""The path of an order: its states, which follows which, and who moves it. Pure.

Everyone sees the same eight steps; ``declined`` and ``cancelled`` leave the path. The moves marked
``invoices`` or ``sharing`` come from a paper or from a share-out, never from a bare button.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kpa_core.errors import N_, Refused

STEPS = ("asked", "quoted", "accepted", "done", "invoiced", "paid", "shared", "reviewed")
STATES = (*STEPS, "declined", "cancelled")

LABELS = {
    "asked": N_("Demande"),
    "quoted": N_("Devis envoyé"),
    "accepted": N_("Accepté"),
    "done": N_("Fait"),
    "invoiced": N_("Facturé"),
    "paid": N_("Payé"),
    "shared": N_("Partagé"),
    "reviewed": N_("Bilan fait"),
    "declined": N_("Refusé"),
    "cancelled": N_("Annulé"),
}

NEXT = {
    "asked": N_("Écris le prix. Deux personnes le relisent. Puis envoie le devis."),
    "quoted": N_("Le client a le devis. Note sa réponse dès qu'il la donne."),
    "accepted": N_("Le client a dit oui. Prépare les tâches, puis fais le travail."),
    "done": N_("Le travail est fait. Note les heures et les achats, puis fais la facture."),
    "invoiced": N_("Le client a la facture. Attends l'argent."),
    "paid": N_("L'argent est arrivé. Décidez ensemble du partage."),
    "shared": N_("L'argent est partagé. Faites le bilan : qu'est-ce qui a marché ?"),
    "reviewed": N_("Tout est fini. Bravo !"),
    "declined": N_("Le client ou le groupe a dit non. Il n'y a rien à faire."),
    "cancelled": N_("La commande est annulée. Il n'y a rien à faire."),
}

PRICED_IN = ("asked",)
"""The states in which lines may change: later, a paper already says the price."""

SAFE_WITHOUT_PLUGINS = ("asked", "paid", "reviewed", "declined", "cancelled")
"""Where an order may go while the plugin of one of its lines is out: facts, and ways out."""


@dataclass(frozen=True, slots=True)
class Move:
    """One step allowed from ``start`` to ``end``.

    ``needs`` is the capability; ``label`` the button, empty when a room above makes the move.
    """

    start: str
    end: str
    needs: str
    label: str = ""
    by: Literal["member", "invoices", "sharing"] = "member"
    must_say_why: bool = False


MOVES = (
    Move("asked", "quoted", "quote.send", by="invoices"),
    Move("quoted", "asked", "order.write", N_("Revoir le devis")),
    Move("quoted", "accepted", "quote.send", N_("Le client dit oui")),
    Move("quoted", "declined", "quote.send", N_("Le client dit non")),
    Move("asked", "declined", "order.write", N_("On dit non"), must_say_why=True),
    Move("declined", "asked", "order.write", N_("Rouvrir la demande")),
    Move("asked", "cancelled", "order.write", N_("Annuler"), must_say_why=True),
    Move("quoted", "cancelled", "order.write", N_("Annuler"), must_say_why=True),
    Move("accepted", "cancelled", "order.write", N_("Annuler"), must_say_why=True),
    Move("cancelled", "asked", "order.write", N_("Rouvrir la demande")),
    Move("accepted", "done", "order.write", N_("Le travail est fait")),
    Move("done", "accepted", "order.write", N_("Ce n'est pas encore fait")),
    Move("done", "invoiced", "invoice.issue", by="invoices"),
    Move("invoiced", "done", "invoice.credit", by="invoices"),
    # Its invoice is corrected: the lines open again, and the corrective closes them.
    Move("invoiced", "asked", "invoice.credit", by="invoices"),
    Move("paid", "asked", "invoice.credit", by="invoices"),
    Move("asked", "invoiced", "invoice.issue", by="invoices"),
    Move("invoiced", "paid", "payment.confirm", by="invoices"),
    Move("paid", "invoiced", "payment.confirm", by="invoices"),
    Move("paid", "shared", "share.close", by="sharing"),
    Move("shared", "reviewed", "order.write", N_("Le bilan est fait")),
)


def moves_from(state: str) -> tuple[Move, ...]:
    """Return the moves that leave a state."""
    return tuple(move for move in MOVES if move.start == state)


def move_between(start: str, end: str) -> Move:
    """Return the move from one state to another.

    Raises:
        Refused: there is no such move; the sentence names both states.
    """
    for move in MOVES:
        if (move.start, move.end) == (start, end):
            return move
    raise Refused(
        N_("Une commande « {start} » ne peut pas devenir « {end} »."),
        start=LABELS.get(start, start),
        end=LABELS.get(end, end),
    )
