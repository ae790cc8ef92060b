"""What this person could do now about money, for the home page. No part's amount is said here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa

from kpa_core.activities.models import Order
from kpa_core.activities.scopes import visible_orders
from kpa_core.contracts import Todo
from kpa_core.errors import N_, KpaError
from kpa_core.i18n import gettext
from kpa_core.invoices.bills import live_bill
from kpa_core.invoices.paying import dues
from kpa_core.sharing import answers, expenses, payrequests, plan, second_person, shareouts
from kpa_core.sharing.models import ShareOut
from kpa_core.work import Work

SOON = timedelta(days=10)


def todo(work: Work) -> Iterable[Todo]:
    """Yield what waits for the actor: an answer, receipts, a share-out to propose or close, pay."""
    if work.actor.party_id is None:
        return
    yield from _answers(work)
    yield from _to_close(work)
    yield from _to_propose(work)
    yield from _receipts(work)
    yield from _pay(work)


def _answers(work: Work) -> Iterator[Todo]:
    for one in answers.mine(work):
        if one.allocation.answer == "waiting":
            text = gettext(N_("{title} : dis si tu es d'accord avec ta part."))
            yield Todo(
                gettext(N_("Réponds pour ta part")),
                text.format(title=one.order.title),
                "/mes-parts",
                16,
                "argent",
            )


def _to_close(work: Work) -> Iterator[Todo]:
    query = shareouts.visible_share_outs(work, "share.close").where(ShareOut.state == "proposed")
    for share_out in work.session.scalars(query.order_by(ShareOut.id)):
        try:
            second_person.check(work, share_out)
        except KpaError:
            continue
        order = shareouts.order_of(work.session, share_out)
        title, text = N_("Partage à valider"), N_("{title} : regarde le partage, puis valide-le.")
        yield _about(order, title, text, "partage", 18)


def _to_propose(work: Work) -> Iterator[Todo]:
    money = visible_orders(work, "share.propose").where(Order.state.in_(("invoiced", "paid")))
    for order in work.session.scalars(money.order_by(Order.day, Order.id)):
        if _has_new_money(work, order.id):
            title, text = N_("Partage à proposer"), N_("{title} : l'argent est arrivé.")
            yield _about(order, title, text, "partage", 22)


def _has_new_money(work: Work, order_id: UUID) -> bool:
    document = live_bill(work.session, order_id)
    if document is None or shareouts.open_one(work.session, order_id) is not None:
        return False
    booked = plan.booked(work.session, order_id)
    return dues.shareable_of_order(work.session, order_id) > booked.gross


def _receipts(work: Work) -> Iterator[Todo]:
    done = visible_orders(work, "expense.write").where(
        Order.state.in_(("done", "invoiced", "paid")),
        Order.id.not_in(sa.select(ShareOut.order_id).where(ShareOut.state != "withdrawn")),
    )
    for order in work.session.scalars(done.order_by(Order.day, Order.id)):
        if not expenses.counted(work.session, order.id):
            title = N_("Il manque les tickets ?")
            text = N_("{title} : aucun achat n'est noté. Prends les tickets en photo.")
            yield _about(order, title, text, "achats", 34)


def _about(order: Order, title: str, text: str, page: str, rank: int) -> Todo:
    sentence = gettext(text).format(title=order.title)
    return Todo(gettext(title), sentence, f"/commandes/{order.id}/{page}", rank, "argent")


def _pay(work: Work) -> Iterator[Todo]:
    for one in payrequests.waiting(work):
        if one.cut_off - work.today <= SOON:
            text = gettext(N_("Les demandes pour {carrier} partent avant le {day}."))
            yield Todo(
                gettext(N_("Demandes de paie à préparer")),
                text.format(carrier=one.carrier.name, day=f"{one.cut_off:%d/%m}"),
                "/demandes-de-paie",
                36,
                "papier",
            )
            return
