"""The pages of the USB key: take everything along, and read what another KPA gave."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

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
from kpa_federation.carrying.looking import Look
from kpa_federation.texts import lazy

NEEDS = writing_out.NEEDS
FOLDER = Path("data", "federation")
BROUGHT, SAID, WRITTEN = FOLDER / "brought.kpa", FOLDER / "brought.json", FOLDER / "written.kpa"
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
        path = _path(work, WRITTEN)
        made = writing_out.write(work, path)
        name = f"kpa-{work.today.isoformat()}.kpa"
        if made.size <= AT_ONCE:
            return download(path.read_bytes(), MEDIA_TYPE, name)
        answer = send_file(path, MEDIA_TYPE, as_attachment=True, download_name=name)
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return answer


def _reading(pages: Pages) -> None:
    @pages.form(
        "/cle-usb",
        BringForm,
        needs=NEEDS,
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
            looking.look(work, upload.stream)  # something else is told here, beside the field
        except Misuse as error:
            error.field = "file"
            raise
        upload.stream.seek(0)
        upload.save(_path(work, BROUGHT))
        _path(work, SAID).unlink(missing_ok=True)
        return see("federation.brought")

    @pages.get("/cle-usb/contenu", needs=NEEDS)
    def brought() -> Response:
        work = current_work()
        look = _look(work)
        logs = saying.in_order(look)
        return page(
            "federation/carrying/brought.html",
            lines=list(saying.seen(look)),
            waiting=[one for one in logs if one.waits],
            is_news=any(one.standing == "followed" and one.new for one in logs),
            said=_said(work),
        )

    @pages.post("/cle-usb/accueillir/<who>", needs=NEEDS)
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
        for one in (BROUGHT, SAID):
            _path(work, one).unlink(missing_ok=True)
        return see("federation.neighbours")


def _look(work: Work) -> Look:
    with _opened(work) as file:
        return looking.look(work, file)


@contextmanager
def _opened(work: Work) -> Iterator[BinaryIO]:
    try:
        file = _path(work, BROUGHT).open("rb")
    except OSError as error:
        raise NotFound() from error
    with file:
        yield file


def _said(work: Work) -> list[Any]:
    try:
        said = json.loads(_path(work, SAID).read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return said if isinstance(said, list) else []


def _path(work: Work, place: Path) -> Path:
    path = work.instance.settings.root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
