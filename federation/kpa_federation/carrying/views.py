"""The pages of the USB key: take everything along, and read what another KPA gave."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import sqlalchemy as sa
from flask import Response, send_file, url_for
from flask_wtf.file import FileField

from kpa_core.api import (
    N_,
    Misuse,
    NotFound,
    Pages,
    Refused,
    Work,
    current_work,
    download,
    forms,
    page,
    see,
)
from kpa_federation.carrying import looking, saying, taking_in, writing_out
from kpa_federation.carrying.container import Reader
from kpa_federation.carrying.leftovers import FOLDER
from kpa_federation.carrying.looking import Look
from kpa_federation.log.models import LogRow
from kpa_federation.peers.models import PeerRow
from kpa_federation.texts import gettext, lazy

NEEDS = writing_out.NEEDS
BROUGHT, SAID = FOLDER / "brought.kpa", FOLDER / "brought.json"
SHOWN = FOLDER / "brought.shown.json"
EVERYONE = "tous"
NOBODY = "personne"
AT_ONCE = 1024 * 1024
"""Bytes of an answer that is made whole; a larger file is sent as it lies on the disk."""
MEDIA_TYPE = "application/vnd.kpa.carried"


class BringForm(forms.Form):
    """The file on the key."""

    file = FileField(lazy("Le fichier de la clé"), description=lazy("Son nom finit par .kpa."))


def add_to(pages: Pages) -> None:
    """Add the pages of the key."""
    _writing(pages)
    _reading(pages)


def _writing(pages: Pages) -> None:
    @pages.get("/cle-usb/fichier", needs=NEEDS)
    def key_file() -> Response:
        work = current_work()
        path = _path(work, FOLDER / f"written-{uuid4().hex}.kpa")
        made = writing_out.write(work, path)
        file = path.open("rb")
        path.unlink()  # what is open is sent to its end, and then gone
        name = f"kpa-{work.today.isoformat()}.kpa"
        if made.size <= AT_ONCE:
            with file:
                return download(file.read(), MEDIA_TYPE, name)
        answer = send_file(file, MEDIA_TYPE, as_attachment=True, download_name=name)
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return answer


def _reading(pages: Pages) -> None:
    @pages.form(
        "/cle-usb",
        BringForm,
        needs=NEEDS,
        once=False,  # the file is kept, no row is written: nobody else's writing waits for it
        template="federation/carrying/key.html",
        fill=lambda: {
            "back": url_for("federation.neighbours"),
            "most": current_work().instance.settings.server.body_limit_kib // 1024,
            "is_here": _path(current_work(), BROUGHT).is_file(),
        },
    )
    def key(form: BringForm) -> Response:
        upload = form.file.data
        if not upload:
            raise Refused(N_("Choisis un fichier."), field="file")
        work = current_work()
        try:
            Reader(upload.stream)  # something else is told here, beside the field
        except Misuse as error:
            error.field = "file"
            raise
        upload.stream.seek(0)
        draft = _path(work, FOLDER / f"brought.kpa.{uuid4().hex}.part")
        upload.save(draft)
        draft.replace(_path(work, BROUGHT))
        for one in (SAID, SHOWN):
            _path(work, one).unlink(missing_ok=True)
        return see("federation.brought")

    @pages.get("/cle-usb/contenu", needs=NEEDS)
    def brought() -> Response:
        work = current_work()
        return page("federation/carrying/brought.html", **_shown(work), said=_said(work))

    # Taken in again, it goes on from where it was; each log is kept in a transaction of its own.
    @pages.post("/cle-usb/accueillir/<who>", needs=NEEDS, once=False)
    def welcome(who: str) -> Response:
        work = current_work()
        look = _look(work)
        chosen = {one.origin for one in look.waiting if who in (EVERYONE, one.origin)}
        if not chosen and who not in (EVERYONE, NOBODY):
            raise NotFound()
        with _opened(work) as file:
            done = taking_in.take(work, file, look, chosen)
        lines = [*saying.came(done, look), *saying.ended(done.is_whole, look.is_damaged)]
        _path(work, SAID).write_text(json.dumps(lines), "utf-8")
        return see("federation.brought")

    @pages.post("/cle-usb/fini", needs=NEEDS)
    def key_done() -> Response:
        work = current_work()
        for one in (BROUGHT, SAID, SHOWN):
            _path(work, one).unlink(missing_ok=True)
        return see("federation.neighbours")


def _look(work: Work) -> Look:
    with _opened(work) as file:
        return looking.look(work, file)


def _shown(work: Work) -> dict[str, Any]:
    """Return what the page shows of the file; looked into once, as long as nothing changes here."""
    path, state = _path(work, SHOWN), _state(work)
    kept = _read(path)
    if isinstance(kept, dict) and kept.pop("state", None) == state:
        return kept
    look = _look(work)
    logs = saying.in_order(look)
    shown = {
        "lines": list(saying.seen(look)),
        "waiting": [
            {name: getattr(one, name) for name in ("origin", "name", "place", "words", "records")}
            for one in logs
            if one.waits
        ],
        "is_news": any(one.standing == "followed" and one.new for one in logs),
    }
    path.write_text(json.dumps({**shown, "state": state}), "utf-8")
    return shown


def _state(work: Work) -> str:
    """Return what changes when the file, the logs here, what is thought of them or the language do.

    Raises:
        NotFound: there is no file.
    """
    with _opened(work) as file:
        stat = os.fstat(file.fileno())
    logs = sa.select(LogRow.origin, LogRow.size).order_by(LogRow.origin)
    peers = sa.select(PeerRow.origin, PeerRow.trust).order_by(PeerRow.origin)
    here = [[tuple(row) for row in work.session.execute(one)] for one in (logs, peers)]
    seen = (stat.st_ino, stat.st_size, stat.st_mtime_ns, here, gettext(saying.AGAIN))
    return hashlib.sha256(repr(seen).encode()).hexdigest()


@contextmanager
def _opened(work: Work) -> Iterator[BinaryIO]:
    try:
        file = _path(work, BROUGHT).open("rb")
    except OSError as error:
        raise NotFound() from error
    with file:
        yield file


def _said(work: Work) -> list[Any]:
    said = _read(_path(work, SAID))
    return said if isinstance(said, list) else []


def _read(path: Path) -> Any:
    """Return what was kept beside the file; None when there is none, or it is damaged."""
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _path(work: Work, place: Path) -> Path:
    path = work.instance.settings.root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
