"""The block of a document's page that tells its life."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kpa_core.errors import N_
from kpa_core.figures import day, money, percent
from kpa_core.i18n import gettext
from kpa_core.invoices import documents, links
from kpa_core.invoices.life import follow_ups, overpayments, platforms, reminders
from kpa_core.invoices.life.models import PlatformStatus
from kpa_core.invoices.models import Document
from kpa_core.invoices.proof import archive
from kpa_core.work import Work


@dataclass(frozen=True)
class Moment:
    """One line of the timeline."""

    at: datetime
    title: str
    by_name: str = ""
    note: str = ""


def life_of(work: Work, document: Document) -> dict[str, Any]:
    """Return what the page tells and asks about the life of a document."""
    session = work.session
    is_bill = document.kind in documents.BILLS
    last = follow_ups.standing_word(session, document) if is_bill else None
    left = follow_ups.left_cents(session, document) if is_bill else 0
    return {
        "moments": timeline(work, document),
        "to_deposit": platforms.is_to_deposit(session, document),
        "takes_status": document.kind in platforms.NUMBERED,
        "over": overpayments.over_cents(session, document) if is_bill else 0,
        "choice": overpayments.choice_of(session, document) if is_bill else "",
        "choices": overpayments.CHOICES,
        "due": reminders.due_of(session, document),
        "last": last.kind if last is not None else "",
        "left": left,
        "kept": overpayments.kept_cents(work, document) if left else 0,
        "url": links.invoice_url(work.instance, document.id) if is_bill else "",
        "keep_until": archive.keep_until(document),
    }


def timeline(work: Work, document: Document) -> list[Moment]:
    """Return what the platform, the reminders and people said, the oldest first."""
    session = work.session
    found = [
        Moment(one.created_at, _status(one), one.by_name, _amounts(one) or one.reason)
        for one in platforms.statuses_of(session, document)
    ]
    found += [
        Moment(
            one.created_at,
            gettext(N_("Relance {n} : {left} à payer")).format(
                n=one.step, left=money(one.left_cents)
            ),
            note=gettext(N_("par mail") if one.channel == "mail" else N_("à la main")),
        )
        for one in reminders.reminders_of(session, document)
    ]
    for one in follow_ups.of(session, document):
        note = one.note
        if one.paid_on is not None:
            note = gettext(N_("payé le {day}")).format(day=day(one.paid_on))
        title = gettext(follow_ups.LABELS[one.kind])
        found.append(Moment(one.created_at, title, one.by_name, note))
    return sorted(found, key=lambda one: one.at)


def _status(one: PlatformStatus) -> str:
    label = gettext(platforms.LABELS.get(one.code, one.code))
    return f"{one.code} · {label} · {day(one.said_on)}"


def _amounts(one: PlatformStatus) -> str:
    return ", ".join(f"{money(part['cents'])} ({percent(part['rate_bp'])})" for part in one.amounts)
