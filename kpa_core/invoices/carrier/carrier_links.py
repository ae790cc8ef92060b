"""The address a carrier is given to answer at, without an account; what it opens, and when it ends.

Whoever is given the address can answer as the carrier, and so can the member who passes it on: a
link never does more than its maker may do, on the day it was made and on the day it is used. A
treasurer's link notes money, and the carrier's own people still confirm it; theirs confirms.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import quote
from uuid import UUID

import sqlalchemy as sa

from kpa_core import clock
from kpa_core.accounts.models import Account
from kpa_core.contracts import Actor, Scope
from kpa_core.errors import N_, NotFound, Refused
from kpa_core.invoices import documents, links
from kpa_core.invoices.carrier.models import CarrierLink, CarrierLinkEnd
from kpa_core.invoices.models import Carrier, Document
from kpa_core.members import roles
from kpa_core.work import VISITOR, Work

DAYS = 90
GIVES = ("invoice.answer", "payment.record", "payment.confirm")
SUBJECT = N_("{reference} à facturer – {kpa}")
TEXT = N_(
    "Bonjour,\n\n"
    "Voici ce que vous avez à facturer pour nous : {reference}, {title}.\n"
    "Pour le lire et répondre, sans compte, ouvrez cette adresse :\n{url}\n\n"
    "Gardez cette adresse pour vous : elle permet de répondre à votre place.\n"
    "Elle est bonne jusqu'au {day:%d/%m/%Y}.\n\n{kpa}"
)


@dataclass(frozen=True)
class Opened:
    """A link that is good: its carrier, what it opens, and what may be done with it today."""

    link: CarrierLink
    carrier: Carrier
    gives: frozenset[str]


@dataclass(frozen=True)
class ToPass:
    """A link as a member passes it on: the address, and what opens a mail or a text message."""

    link: CarrierLink
    url: str
    mailto: str
    sms: str


def make_link(work: Work, document_id: UUID) -> CarrierLink:
    """Make the link by which the carrier of a paper answers; the one made before, while it lasts.

    Raises:
        Refused: this paper asks nothing of a carrier.
    """
    with work.transaction() as session:
        document = documents.find_locked(work, document_id, "invoice.answer")
        if document.kind not in documents.BILLS:
            raise Refused(N_("Ce papier n'attend rien de la maison."))
        known = mine(work, document)
        if known is not None:
            return known
        gives = [one for one in GIVES if work.can(one, document.scope)]
        whole = work.can("payment.confirm", Scope(carrier_id=document.carrier_id))
        row = CarrierLink(
            carrier_id=document.carrier_id,
            activity_id=None if whole else document.activity_id,
            gives=gives,
            expires_on=work.today + timedelta(days=DAYS),
            created_by=work.actor.party_id,
        )
        session.add(row)
        session.flush()
        after = {"gives": gives, "expires_on": row.expires_on}
        work.record("invoice.answer", row, scope=document.scope, after=after)
    return row


def mine(work: Work, document: Document) -> CarrierLink | None:
    """Return the actor's own link that opens a paper; nobody is shown another's."""
    query = _own(work, document).where(CarrierLink.expires_on > work.today)
    gives = [one for one in GIVES if work.can(one, document.scope)]
    return next((one for one in work.session.scalars(query) if one.gives == gives), None)


def end_link(work: Work, document_id: UUID) -> None:
    """Close the actor's link that opens a paper: its address leads nowhere any more.

    The carrier's own people close every link to them at once.

    Raises:
        Refused: there is none.
    """
    with work.transaction() as session:
        document = documents.find_locked(work, document_id, "invoice.answer")
        found = _to_end(work, document)
        if not found:
            raise Refused(N_("Tu n'as pas de lien à fermer ici."))
        for link in found:
            session.add(CarrierLinkEnd(link_id=link.id, created_by=work.actor.party_id))
            work.record("invoice.answer", link, scope=document.scope, after={"ended": True})
        session.flush()


def to_pass(work: Work, document: Document, link: CarrierLink) -> ToPass:
    """Return a link ready for somebody's own phone."""
    carrier = documents.carrier_of(work.session, document)
    url = links.carrier_url(work.instance, link.id)
    values = {
        "reference": documents.shown_name(document),
        "title": documents.snapshot_of(document).title,
        "kpa": work.instance.settings.instance.name,
        "url": url,
        "day": link.expires_on,
    }
    gettext = work.instance.texts.gettext
    subject, text = gettext(SUBJECT).format(**values), gettext(TEXT).format(**values)
    body = quote(text, safe="")
    to = quote(carrier.email, safe="@+")
    mailto = f"mailto:{to}?subject={quote(subject, safe='')}&body={body}"
    return ToPass(link, url, mailto, f"sms:?body={body}")


def open_link(work: Work, token: str) -> Opened:
    """Return what an address opens today.

    Raises:
        NotFound: it is none of ours, is over, was closed, or its maker may not answer any more.
    """
    work.require("public.sign")
    link = work.session.get(CarrierLink, links.link_id_of(work.instance, token))
    if link is None:
        raise NotFound(links.OVER)
    carrier = work.session.get_one(Carrier, link.carrier_id)
    ended = sa.select(CarrierLinkEnd.id).where(CarrierLinkEnd.link_id == link.id)
    today = clock.today(carrier.timezone)
    gives = frozenset(link.gives) & _still(work, link, today)
    if (
        link.expires_on < today
        or (carrier.ends_on is not None and carrier.ends_on <= today)
        or work.session.scalar(ended) is not None
        or "invoice.answer" not in gives
    ):
        raise NotFound(links.OVER)
    return Opened(link, carrier, gives)


@contextmanager
def as_carrier(work: Work, carrier: Carrier) -> Iterator[None]:
    """Let what is done inside stand in the log and in rows as done by the carrier, by its link."""
    before = work.actor
    work.actor = replace(VISITOR, name=carrier.name, party_id=carrier.party_id, via="link")
    try:
        yield
    finally:
        work.actor = before


def _still(work: Work, link: CarrierLink, day: date) -> set[str]:
    """Return what the maker of a link may do today where it opens."""
    closed = sa.exists().where(Account.party_id == link.created_by, Account.active.is_(False))
    if link.created_by is None or work.session.scalar(sa.select(closed)):
        return set()
    grants = roles.grants_of(work.session, link.created_by, day)
    maker = Actor(kind="person", name="", party_id=link.created_by, grants=grants)
    place = Scope(activity_id=link.activity_id, carrier_id=link.carrier_id)
    rights = work.instance.rights
    return {one for one in GIVES if rights.reach(maker, one).covers(place)}


def _own(work: Work, document: Document) -> sa.Select[CarrierLink]:
    """Return the query of the actor's links that open a paper, whatever they may do since."""
    either = sa.or_(
        CarrierLink.activity_id == document.activity_id, CarrierLink.activity_id.is_(None)
    )
    ended = sa.exists().where(CarrierLinkEnd.link_id == CarrierLink.id)
    return (
        sa.select(CarrierLink)
        .where(CarrierLink.carrier_id == document.carrier_id, either, ~ended)
        .where(CarrierLink.created_by == work.actor.party_id)
        .order_by(CarrierLink.id.desc())
    )


def _to_end(work: Work, document: Document) -> list[CarrierLink]:
    if not work.can("payment.confirm", Scope(carrier_id=document.carrier_id)):
        return list(work.session.scalars(_own(work, document)))
    ended = sa.exists().where(CarrierLinkEnd.link_id == CarrierLink.id)
    query = sa.select(CarrierLink).where(CarrierLink.carrier_id == document.carrier_id, ~ended)
    return list(work.session.scalars(query.order_by(CarrierLink.id)))
