"""Pages to read what KPAs share, and to take it over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, redirect, request

from kpa_core.api import NotFound, Pages, Work, current_work, download, page, say, see
from kpa_federation.blobs import fetching
from kpa_federation.catalogue.licences import licence_of
from kpa_federation.own.writing import own_origin
from kpa_federation.records import drafts, files, publishing, reading, taking
from kpa_federation.records.content import Content, plain_lines
from kpa_federation.records.kinds import kinds
from kpa_federation.records.reading import Found
from kpa_federation.texts import gettext as _
from kpa_federation.trust import advising, heartbeat, sentences, service

READ = reading.READ
ONE = "/fiches/lire/<origin>/<int:number>/<mark>"
FOLDER = "federation/records/"


def add(pages: Pages) -> None:
    """Add these pages to the blueprint."""
    _lists(pages)
    _one(pages)


def _lists(pages: Pages) -> None:
    @pages.get("/fiches", needs=READ)
    def records() -> Response:
        work, known = current_work(), kinds(current_work())
        search = request.args.get("cherche", "")[:100]
        start = max(request.args.get("depuis", 0, int), 0)
        found = reading.records(work, known, search=search, start=start)
        return page(
            f"{FOLDER}to_read.html",
            found=found[: reading.PAGE],
            search=search,
            start=start,
            step=reading.PAGE,
            more=len(found) > reading.PAGE,
            licence_of=licence_of,
            label=_label,
            warnings=warnings(work),
        )

    @pages.get("/fiches/reprises", needs=READ)
    def taken() -> Response:
        work = current_work()
        return page(f"{FOLDER}taken.html", taken=taking.taken(work))

    @pages.get("/fiches/a-verifier", needs=READ)
    def quarantine() -> Response:
        work, known = current_work(), kinds(current_work())
        return page(
            f"{FOLDER}quarantine.html",
            found=reading.quarantine(work, known),
            void=reading.void_lines(work),
            label=_label,
        )


def _one(pages: Pages) -> None:
    @pages.get(ONE, needs=READ)
    def record(origin: str, number: int, mark: str) -> Response:
        work, known = current_work(), kinds(current_work())
        found = reading.record(work, known, f"{origin}/{number}/{mark}")
        if not isinstance(found.content, Content):
            return page(f"{FOLDER}put_aside.html", found=found, label=_label)
        here = {one.sha256 for one in found.content.files if _is_here(work, one.sha256)}
        credit = taking.credit_of(work, known, found)
        return page(
            f"{FOLDER}record.html",
            found=found,
            record=taking.as_record(found, credit),
            body=found.content.body,
            lines=[] if found.type else plain_lines(found.content.body),
            licence=licence_of(found.licence),
            credit=credit,
            chain=reading.chain(work, known, found),
            may_take=taking.may_take(work, found),
            draft=drafts.draft_of(work, found.number) if found.origin.is_own else None,
            here=here,
            label=_label,
            warnings=warnings(work)(found),
            silent=heartbeat.silent_since(work).get(origin),
            unsigned=publishing.unsigned(work) if found.origin.is_own else "",
        )

    @pages.post(f"{ONE}/reprendre", needs=READ)
    def take(origin: str, number: int, mark: str) -> Response:
        address = taking.take(current_work(), f"{origin}/{number}/{mark}")
        say(_("C'est repris. C'est un brouillon : relis, change, puis décidez ensemble."))
        return make_response(redirect(address, 303))

    @pages.post(f"{ONE}/fichier/<sha256>", needs=READ)
    def want_file(origin: str, number: int, mark: str, sha256: str) -> Response:
        work = current_work()
        name = f"{origin}/{number}/{mark}"
        found = reading.record(work, kinds(work), name)
        listed = found.content.files if isinstance(found.content, Content) else ()
        wanted = next((one for one in listed if one.sha256 == sha256), None)
        if wanted is None:
            raise NotFound()
        fetching.want(work, origin, wanted)
        say(_("Le fichier arrive. Reviens dans un moment."))
        return see_record(name)

    @pages.get("/fiches/fichiers/<sha256>", needs=READ)
    def file(sha256: str) -> Response:
        work = current_work()
        if _may_see_ours(work, sha256):
            row, data = files.read(work, sha256)
            return download(data, row.media_type, row.name)
        if fetching.stored(work.session, sha256) is None:
            raise NotFound()
        return download(fetching.read(work, sha256), fetching.UNKNOWN, f"{sha256[:16]}.bin")


def warnings(work: Work) -> Callable[[Found], list[str]]:
    """Return what says, of a record, which lists warn of it or of its KPA, and why."""
    advice, own, names = advising.effects(work), own_origin(work.session), service.names(work)
    return lambda one: sentences.sentences(advice.on(one.name, one.origin.key), names, own)


def _may_see_ours(work: Work, sha256: str) -> bool:
    """Tell whether a file of ours may be read: beside a draft by who writes, published by all."""
    if not files.is_here(work, sha256):
        return False
    return work.can(drafts.WRITE) or files.published(work.session, sha256) is not None


def _is_here(work: Work, sha256: str) -> bool:
    return files.is_here(work, sha256) or fetching.stored(work.session, sha256) is not None


def _label(found: Any) -> str:
    """Return what a kind is called by its plugin; no other has a name people know."""
    return str(found.type.label) if found.type is not None else _("Autre genre de fiche")


def see_record(name: str) -> Response:
    """Send the person to the page of a record."""
    origin, number, mark = name.split("/")
    return see("federation.record", origin=origin, number=int(number), mark=mark)
