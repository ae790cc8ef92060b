"""Make the Flask application of an open instance: doors checked, headers set, errors in words."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

from flask import Flask, Request, g, request
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.middleware.proxy_fix import ProxyFix

from kpa_core import accounts
from kpa_core.i18n import best_locale, locale_set
from kpa_core.instance import Instance
from kpa_core.pages.current import close_work, is_for_machines
from kpa_core.web import doors, errors, headers, looks

MACHINE_BYTES = 1024 * 1024
LOOPBACK = re.compile(r"^http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$")


class KpaRequest(Request):
    """A request whose forms stay small in memory and in number of parts."""

    max_form_parts = 400


def create_app(instance: Instance) -> Flask:
    """Return the application; two instances in one process get two applications.

    Raises:
        StartError: a core route declares no capability, or an address nobody can place.
    """
    app = Flask(__name__)
    app.request_class = KpaRequest
    app.extensions["kpa"] = instance
    app.extensions["kpa_actor"] = accounts.actor_of_request
    _configure(app, instance)
    looks.install(app, instance)
    app.before_request(_open)
    tokens = CSRFProtect(app)

    @app.before_request
    def check_token() -> None:
        if app.config["WTF_CSRF_ENABLED"] and not is_for_machines():
            tokens.protect(apply_exemptions=True)

    accounts.install(app)
    app.after_request(headers.harden)
    app.teardown_request(_close)
    errors.install(app, instance)
    doors.install(app, instance)
    return app


def _configure(app: Flask, instance: Instance) -> None:
    settings = instance.settings
    local = bool(LOOPBACK.match(settings.instance.base_url.rstrip("/")))
    app.config.update(
        SECRET_KEY=settings.secrets.session.read(settings.root),
        SESSION_COOKIE_NAME="kpa" if local else "__Host-kpa",
        SESSION_COOKIE_SECURE=not local,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,  # pages do, see accounts.login
        PERMANENT_SESSION_LIFETIME=timedelta(days=30),
        MAX_CONTENT_LENGTH=settings.server.body_limit_kib * 1024,
        MAX_FORM_MEMORY_SIZE=512 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_CHECK_DEFAULT=False,  # every page does, but those for machines
        WTF_CSRF_SSL_STRICT=not local,
    )
    app.jinja_env.undefined = StrictUndefined
    app.url_map.strict_slashes = False
    if settings.server.proxies:
        count = settings.server.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def _open() -> None:
    g.request_id = uuid4().hex
    if is_for_machines():
        request.max_content_length = MACHINE_BYTES
    locale = request.cookies.get("kpa_lang") or request.headers.get("Accept-Language")
    default = request_instance().settings.instance.locale
    g.locale_block = locale_set(best_locale(locale, default))
    g.locale_block.__enter__()


def _close(error: BaseException | None) -> None:
    close_work(error)
    block = g.pop("locale_block", None)
    if block is not None:
        block.__exit__(None, None, None)


def request_instance() -> Instance:
    """Return the instance of the request's application."""
    from kpa_core.pages.current import current_instance

    return current_instance()
