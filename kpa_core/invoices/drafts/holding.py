"""Why no paper of an order may leave yet, whatever the paper says."""

from __future__ import annotations

from collections.abc import Iterator

from kpa_core.activities.models import Order
from kpa_core.activities.obstacles import said
from kpa_core.activities.service import order_ref
from kpa_core.contracts import Problem
from kpa_core.errors import N_, KpaError, PluginError, Refused
from kpa_core.work import Work, collect


def reasons(work: Work, order: Order) -> Iterator[KpaError]:
    """Yield what holds every paper of an order: its customer's card unread, a plugin's word.

    A plugin that fails holds the paper too: nobody knows what it would have said.
    """
    if not order.customer.confirmed:
        yield Refused(
            N_("La fiche de {name} vient du site. Ouvre-la, relis-la, puis enregistre-la."),
            name=order.customer.name,
        )
    try:
        asked = list(collect(work, "invoice_problems", order=order_ref(order)))
    except PluginError as error:
        yield error
        return
    yield from (_reason(work, one) for _, told in asked for one in told)


def _reason(work: Work, problem: Problem) -> Refused:
    # What a plugin says is in its own catalogue, filled here: its braces are not ours to fill.
    return Refused("{why}", why=" ".join(said(problem, work.instance.texts)))
