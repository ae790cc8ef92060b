"""Take over a record: it becomes a draft here, and who made it stays written beside it."""

from __future__ import annotations

import sqlalchemy as sa

from kpa_core.api import N_, Problem, Record, RecordType, Refused, Work
from kpa_federation.catalogue.kinds import ABOUT_US
from kpa_federation.catalogue.licences import (
    Credit,
    allowed_licences,
    check_adaptation,
    credit_line,
)
from kpa_federation.records.content import Content
from kpa_federation.records.drafts import WRITE, write_draft
from kpa_federation.records.kinds import Kinds, kinds
from kpa_federation.records.models import TakenRow
from kpa_federation.records.reading import READ, Found, chain, record
from kpa_federation.texts import gettext

OURS = "/federation/fiches/nos"


def credit_of(work: Work, known: Kinds, found: Found) -> str:
    """Return the credit of a record: who made it, and who made what it was made of."""
    steps = [one for _, _, one in chain(work, known, found) if one is not None]
    line = credit_line([_credit(one) for one in (found, *steps)], gettext)
    missing = isinstance(found.content, Content) and len(steps) < len(found.sources)
    said = found.content.body.get("credit") if missing else None  # type: ignore[union-attr]
    return f"{line} {' '.join(said.split())}" if isinstance(said, str) else line


def may_take(work: Work, found: Found) -> bool:
    """Tell whether the actor could take a record over: the button is shown then."""
    known = found.type is not None and isinstance(found.content, Content)
    if (
        not known
        or found.kind in ABOUT_US
        or found.origin.is_own
        or check_adaptation([found.licence], found.licence)
    ):
        return False
    return work.can(READ) if _installs(found.type) else work.can(WRITE)


def as_record(found: Found, credit: str) -> Record:
    """Return a record as plugins are shown it."""
    assert isinstance(found.content, Content)
    return Record(
        found.name,
        found.kind,
        found.revision,
        found.licence,
        found.origin.name,
        credit,
        found.content.body,
        found.made,
    )


def take(work: Work, name: str) -> str:
    """Make a draft of another KPA's record; return the address of its page.

    Asked again, it makes another draft.

    Raises:
        NotFound: it was withdrawn, or its KPA is not followed.
        Refused: its licence lets nobody change it, nothing here knows its kind, or the plugin that
            knows it says why not.
    """
    with work.transaction() as session:
        work.require(READ)
        known = kinds(work)
        found = record(work, known, name)
        kind = _known_type(found)
        credit = credit_of(work, known, found)
        address = (
            _install(work, known, kind, found, credit)
            if _installs(kind)
            else _adapt(work, kind, found, credit)
        )
        session.add(
            TakenRow(
                record=name,
                revision=found.revision,
                kind=found.kind,
                title=found.title,
                origin_name=found.origin.name[:80],
                licence=found.licence,
                credit=credit,
                address=address[:300],
                created_by=work.actor.party_id,
            )
        )
        work.record(READ, f"record:{name}", after={"taken": address})
    return address


def taken(work: Work) -> list[TakenRow]:
    """Return what was taken over from others, the newest first."""
    work.require(READ)
    order = (TakenRow.created_at.desc(), TakenRow.id)
    return list(work.session.scalars(sa.select(TakenRow).order_by(*order)))


def _known_type(found: Found) -> RecordType:
    is_known = isinstance(found.content, Content) and found.type is not None
    if not is_known or found.kind in ABOUT_US:
        raise Refused(N_("Cette fiche se lit, mais ne se reprend pas ici."))
    if found.origin.is_own:
        raise Refused(N_("Cette fiche est déjà à nous."))
    refusal = check_adaptation([found.licence], found.licence)
    if refusal is not None:
        raise Refused("{why}", why=_told(refusal))
    assert found.type is not None
    return found.type


def _installs(kind: RecordType | None) -> bool:
    return kind is not None and kind.install is not None


def _install(work: Work, known: Kinds, kind: RecordType, found: Found, credit: str) -> str:
    """Let the plugin that brings the kind make its draft, in a work that is lent to it."""
    owner, install, shown = known.owners[kind.key], kind.install, as_record(found, credit)
    assert install is not None
    with work.for_plugin(owner) as lent:
        address = work.instance.plugins.guarded(owner, "install", lambda: install(lent, shown))
    if not isinstance(address, str) or not address.startswith("/") or address.startswith("//"):
        raise Refused(N_("Le module {plugin} ne dit pas où est le brouillon."), plugin=owner)
    return address


def _adapt(work: Work, kind: RecordType, found: Found, credit: str) -> str:
    """Make a draft record of ours, derived from theirs, under a licence theirs allows."""
    assert isinstance(found.content, Content)
    fields = {field.name for field in kind.fields}
    body = {name: value for name, value in found.content.body.items() if name in fields}
    source = {
        "record": found.name,
        "revision": found.revision,
        "licence": found.licence,
        "credit": credit,
    }
    allowed = allowed_licences([found.licence])
    licence = found.licence if found.licence in allowed else allowed[0]
    return f"{OURS}/{write_draft(work, kind.key, body, licence, [source]).id}"


def _told(problem: Problem) -> str:
    said = (gettext(text).format(**problem.params) for text in (problem.message, problem.todo))
    return " ".join(said)


def _credit(one: Found) -> Credit:
    return Credit(one.title, one.origin.name, one.licence, one.origin.address)
