"""A person's part as pages, papers and commands show it: the amount, why, and what it is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from kpa_core.contracts import Scope
from kpa_core.i18n import current_locale
from kpa_core.invoices.models import Carrier
from kpa_core.members.models import Party
from kpa_core.money import format_cents
from kpa_core.sharing.answers import WORDS, mine
from kpa_core.sharing.models import Allocation, ShareOut
from kpa_core.sharing.notice import pay_notice
from kpa_core.sharing.reasons import Reason, format_minutes
from kpa_core.sharing.shareouts import allocations_of, carrier_of
from kpa_core.work import Work

SHOWN_AS = {"waiting": "wait", "agreed": "ok", "to_pot": "ok", "questioned": "stop"}


@dataclass(frozen=True)
class Part:
    """One part, in the reader's words. ``notice`` goes under it wherever it is shown."""

    id: UUID
    name: str
    cents: int
    minutes: int
    reason: str
    answer: str
    answer_label: str
    answer_kind: str
    note: str
    notice: tuple[str, ...]
    can_answer: bool
    is_mine: bool
    order: str = ""
    order_url: str = ""
    state: str = ""


def parts_of(work: Work, share_out: ShareOut) -> list[Part]:
    """Return the parts of a share-out, by name."""
    carrier = carrier_of(work.session, share_out)
    return [
        _part(work, allocation, party.display_name, share_out, carrier)
        for allocation, party in allocations_of(work.session, share_out.id)
    ]


def my_parts(work: Work) -> list[Part]:
    """Return the actor's own parts, the latest first."""
    name = work.actor.name
    return [
        _part(
            work,
            one.allocation,
            name,
            one.share_out,
            one.carrier,
            order=f"{one.order.title} ({one.order.reference})",
            order_url=f"/commandes/{one.order.id}/partage",
            asked=one.requested_for is not None,
        )
        for one in mine(work)
    ]


def _part(
    work: Work,
    allocation: Allocation,
    name: str,
    share_out: ShareOut,
    carrier: Carrier,
    *,
    order: str = "",
    order_url: str = "",
    asked: bool = False,
) -> Part:
    translate = work.instance.texts.gettext
    place = Scope(share_out.activity_id, share_out.carrier_id, allocation.person_id)
    is_open = share_out.state != "withdrawn" and not asked
    gone = share_out.state == "closed" and allocation.answer == "to_pot"
    party = work.session.get_one(Party, allocation.person_id)
    is_mine = work.actor.party_id in (party.id, party.merged_into_id or party.id)
    return Part(
        id=allocation.id,
        name=name,
        cents=allocation.cents,
        minutes=allocation.minutes,
        reason=Reason.from_data(allocation.reason).text(translate, current_locale()),
        answer=allocation.answer,
        answer_label=translate(WORDS[allocation.answer]),
        answer_kind=SHOWN_AS[allocation.answer],
        note=allocation.answer_note,
        notice=pay_notice(work.session, carrier, work.today, share_out.activity_id, translate),
        is_mine=is_mine,
        can_answer=is_mine and is_open and not gone and work.can("share.answer", place),
        order=order,
        order_url=order_url,
        state=share_out.state,
    )


def told(part: Part) -> Iterator[str]:
    """Yield the lines a command prints for a part."""
    amount = format_cents(part.cents, current_locale())
    yield f"{part.name} : {amount} ({format_minutes(part.minutes)}) · {part.answer_label}"
    yield f"  {part.reason}"
    if part.note:
        yield f"  « {part.note} »"
    yield f"  {' '.join(part.notice)}"
