"""What every template can use: the KPA's name, who reads, money and days in their language."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, request, url_for
from markupsafe import Markup, escape

from kpa_core.contracts import INSTANCE, Scope
from kpa_core.errors import KpaError
from kpa_core.figures import day, duration, hour, hours, money, percent
from kpa_core.i18n import MOST_KNOWN, Lazy, Texts, current_locale, sentence
from kpa_core.instance import Instance
from kpa_core.pages.current import current_work
from kpa_core.pages.routes import new_key
from kpa_core.web import menu
from kpa_core.web.compiled import SHARED
from kpa_core.web.typography import shown, unbroken

SPECIAL = re.compile(r'[<>&"]')
STATIC = Path(__file__).parent / "static"


def install(app: Flask, instance: Instance) -> None:
    """Give the templates their words."""
    environment = app.jinja_env
    environment.bytecode_cache = SHARED
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: unbroken(instance.texts.gettext(message)),
        lambda one, many, count: unbroken(instance.texts.ngettext(one, many, count)),
        newstyle=True,
    )
    # The extension looks its function up at each call: a page says a hundred sentences.
    environment.globals["_"] = environment.globals["gettext"] = _words(instance.texts)
    environment.finalize = shown
    environment.globals.update(
        money=money,
        day=day,
        hour=hour,
        hours=hours,
        moment=moment,
        duration=duration,
        percent=percent,
        can=can,
        idempotency_key=new_key,
        static_url=static_url,
        sentence=lambda error: sentence(error, instance.texts),
        told=lambda thing: told(thing, instance.texts),
    )
    app.context_processor(lambda: _values(instance))


def _words(texts: Texts) -> Callable[[str], Markup]:
    """Return what templates call to say a sentence; each is made once for a language."""
    known: dict[tuple[str, str], Markup] = {}

    def say(message: str) -> Markup:
        asked = (current_locale(), message)
        found = known.get(asked)
        if found is None:
            text = unbroken(str(texts.gettext(message)))
            # A label may be a person's own words: what needs escaping is escaped.
            found = escape(text) if SPECIAL.search(text) else Markup(text)
            if len(known) < MOST_KNOWN:
                known[asked] = found
        return found

    return say


def _values(instance: Instance) -> dict[str, Any]:
    settings = instance.settings.instance
    logo = url_for("public.logo") if settings.logo else None
    return {
        "kpa": {
            "name": settings.name,
            "territory": settings.territory,
            "pitch": settings.pitch,
            "logo_url": logo,
            "demo": settings.demo,
        },
        "viewer": _viewer(),
        "main_menu": menu.items(instance),
        "locale": current_locale(),
        "dir": "rtl" if current_locale() == "ar" else "ltr",
        "path": request.path,
    }


def _viewer() -> dict[str, Any]:
    try:
        actor = current_work().actor
    except (KpaError, AttributeError):  # an error page must not fail while telling of an error
        return {"signed_in": False, "name": "", "id": None}
    return {"signed_in": actor.kind == "person", "name": actor.name, "id": actor.party_id}


def moment(value: datetime | None) -> str:
    """Return an instant in the instance's zone."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(current_work().instance.settings.instance.timezone))
    return f"{day(local.date(), 'long')}, {hour(local.time())}"


def can(capability: str, scope: Scope = INSTANCE) -> bool:
    """Tell whether the reader holds a capability, to show or leave out a button."""
    reach = current_work().reach(capability)
    return reach.anywhere if scope is INSTANCE else reach.covers(scope)


def told(thing: Any, texts: Texts) -> str:
    """Return a problem or a lazy label as one sentence in the reader's language."""
    if isinstance(thing, Lazy | str):
        return str(thing)
    text = texts.gettext(thing.message)
    return text.format(**thing.params) if thing.params else text


@cache
def static_url(name: str) -> str:
    """Return a static file's address, which changes with its content."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"
