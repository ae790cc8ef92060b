"""The house's own pages: home, the public face, the state of the instance."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from flask import Response, jsonify, make_response, request

from kpa_core import audit, health, jobs, outbox, plugins
from kpa_core.activities import offers
from kpa_core.contracts import Health
from kpa_core.errors import N_, NotFound
from kpa_core.i18n import gettext
from kpa_core.instance import Instance
from kpa_core.members import greenlight
from kpa_core.members import service as members
from kpa_core.pages import Pages, current_work, page, see
from kpa_core.pages.current import current_instance
from kpa_core.rights.table import ABOUT_MONEY, CORE
from kpa_core.web import colours, outbox_pages
from kpa_core.work import Work

CHECKS = {
    "database": N_("La base de données"),
    "migrations": N_("Les tables de {name}"),
    "jobs": N_("Les travaux qui attendent"),
    "outbox": N_("Les envois"),
    "disk": N_("La place qui reste"),
    "secrets": N_("Les clés secrètes"),
    "mail": N_("Le courrier"),
    "backup": N_("La sauvegarde"),
    "plugin": N_("Le module {name}"),
    "guards": N_("Les papiers ne changent pas"),
    "series": N_("Les numéros se suivent"),
    "clock": N_("L'heure de la machine"),
    "pots": N_("Comptes des cagnottes"),
}
ACTORS = {
    "service": N_("le logiciel"),
    "operator": N_("la machine"),
    "visitor": N_("quelqu'un sans compte"),
}
A_PAGE = 50
"""How many lines of the journal are shown at once."""
WORKERS = ("participant", "referent", "treasurer")
KEPT_SECONDS = 30.0
LOGOS = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}


def blueprints() -> list[Pages]:
    """Return the public pages, the home, and the pages of whoever keeps the machine."""
    return [_public(), _home(), _house(), outbox_pages.blueprint()]


class Recent:
    """The last look at the instance: anybody may ask for it, and a look goes through the books."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: list[Health] = []
        self._until = 0.0

    def checks(self, instance: Instance) -> list[Health]:
        """Return the checks, made again when they are older than ``KEPT_SECONDS``."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._found = health.checks(instance)
                self._until = time.monotonic() + KEPT_SECONDS
            return self._found


def _public() -> Pages:
    pages = Pages("public", __name__)
    recent = Recent()

    @pages.get("/", needs="public.read")
    def home() -> Response:
        if current_work().actor.kind == "person":
            return see("home.today")
        return page("public/home.html", offers=offers.shown(current_work()), about=_about())

    @pages.get("/c-est-quoi", needs="public.read")
    def what() -> Response:
        return page("public/what.html")

    @pages.get("/accessibilite", needs="public.read")
    def accessibility() -> Response:
        return page("public/accessibility.html")

    @pages.get("/theme.css", needs="public.read")
    def theme() -> Response:
        sheet = colours.sheet(current_instance().settings.instance.accent)
        return make_response(sheet, {"Content-Type": "text/css; charset=utf-8"})

    @pages.get("/logo", needs="public.read")
    def logo() -> Response:
        settings = current_instance().settings
        path = (settings.root / settings.instance.logo).resolve()
        kind = LOGOS.get(path.suffix.lower())
        if not (kind and path.is_relative_to(settings.root.resolve()) and path.is_file()):
            raise NotFound()
        return make_response(path.read_bytes(), {"Content-Type": kind})

    @pages.get("/healthz", needs="public.read")
    def healthz() -> Response:
        # Names and a yes or no only: details are for whoever runs the machine.
        found = recent.checks(current_instance())
        well = all(one.ok for one in found)
        answer = jsonify(ok=well, checks={one.name: one.ok for one in found})
        answer.status_code = 200 if well else 503
        return answer

    return pages


def _home() -> Pages:
    pages = Pages("home", __name__)

    @pages.get("/aujourdhui", needs="home.read")
    def today() -> Response:
        work = current_work()
        instance = current_instance()
        todo = [one for feature in instance.features for one in feature.todo(work)]
        todo.sort(key=lambda one: one.order)
        return page("home.html", todo=todo, green_light=_my_light())

    return pages


def _house() -> Pages:
    pages = Pages("house", __name__)

    @pages.get("/maison", needs="house.read")
    def overview() -> Response:
        work = current_work()
        return page(
            "house/overview.html",
            checks=health.checks(current_instance()),
            plugins=list(current_instance().plugins.states.values()),
            waiting=jobs.count_waiting(work),
            plugin_states=plugins.STATE_LABELS,
            job_states=outbox.STATE_LABELS,
            in_words=_in_words,
        )

    @pages.get("/maison/journal", needs="audit.read")
    def journal() -> Response:
        work = current_work()
        text = request.args.get("avant", "")
        before = int(text) if text.isdecimal() and len(text) < 10 else None
        entries = audit.visible(
            work.session,
            work.reach("audit.all"),
            work.reach("audit.read"),
            ABOUT_MONEY,
            before=before,
            most=A_PAGE + 1,
        )
        more, entries = len(entries) > A_PAGE, entries[:A_PAGE]
        people = {entry.actor_id for entry in entries if entry.actor_id}
        return page(
            "house/journal.html",
            entries=entries,
            names=members.names_of(work.session, people),
            sentences={row.key: row.sentence for row in CORE},
            actors=ACTORS,
            older=entries[-1].seq if more else None,
        )

    return pages


def _in_words(check: str) -> str:
    """Return what a check is about; a plugin's keeps its own name."""
    kind, _, name = check.partition(" ")
    message = CHECKS.get(kind)
    return gettext(message).format(name=name) if message else check


def _my_light() -> Any:
    work = current_work()
    if work.actor.party_id is None or not _works_here(work):
        return None
    light = greenlight.green_light(work, work.actor.party_id, work.today)
    return {"items": light.items, "sentence": light.sentence}


def _works_here(work: Work) -> bool:
    """Tell whether the light is about the actor: who only hosts or animates does no such work."""
    if any(work.actor.has_role(role) for role in WORKERS):
        return True
    assert work.actor.party_id is not None
    return bool(greenlight.engagements_of(work.session, work.actor.party_id))


def _about() -> list[str]:
    """Return the group's own text, a paragraph a line; plain text, never a template."""
    path: Path = current_instance().settings.root / "pages" / "a-propos.md"
    if not path.is_file():
        return []
    return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
