"""Pages to come in and go out; one's own page and those for other people are beside."""

from __future__ import annotations

from typing import Any

from flask import Response, after_this_request, current_app, make_response, redirect, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from kpa_core.accounts import cards, links, login, messages, passwords, sessions
from kpa_core.accounts.forms import CodeForm, EnterForm, LinkForm, PasswordForm
from kpa_core.accounts.keeper_views import add_keeper_pages
from kpa_core.accounts.onward import local_path
from kpa_core.accounts.own_views import add_own_pages
from kpa_core.accounts.throttles import TooMany, neighbourhood
from kpa_core.errors import N_, NotFound
from kpa_core.i18n import LOCALES
from kpa_core.pages import Pages, current_work, page, say, see

A_YEAR = 365 * 24 * 3600


def blueprint() -> Pages:
    """Return the pages about accounts."""
    pages = Pages(
        "accounts",
        __name__,
        scopes={
            "sign_in_id": sessions.scope_of_sign_in,
            "message_id": messages.scope_of_message,
        },
    )
    _add_entrances(pages)
    _add_link(pages)
    _add_exits(pages)
    add_own_pages(pages)
    add_keeper_pages(pages)
    return pages


def _add_entrances(pages: Pages) -> None:
    @pages.form(
        "/entrer",
        EnterForm,
        needs="account.enter",
        template="accounts/enter.html",
        fill=_onward_asked,
        once=False,
    )
    def enter(form: EnterForm) -> Response:
        with _patience():
            links.ask(
                current_work(), form.who.data, address=_address(), onward=form.suite.data or ""
            )
        return see("accounts.sent")

    @pages.get("/entrer/envoye", needs="account.enter")
    def sent() -> Response:
        return page("accounts/sent.html")

    @pages.form(
        "/entrer/carte",
        CodeForm,
        needs="account.enter",
        template="accounts/code.html",
        fill=_onward_asked,
        once=False,
    )
    def card(form: CodeForm) -> Response:
        shared = form.shared.data
        with _patience():
            token = cards.open_by_card(
                current_work(), form.code.data, address=_address(), shared=shared
            )
        return _welcome(token, shared, form.suite.data)

    @pages.form(
        "/entrer/mot-de-passe",
        PasswordForm,
        needs="account.enter",
        template="accounts/password.html",
        fill=_onward_asked,
        once=False,
    )
    def password(form: PasswordForm) -> Response:
        shared = form.shared.data
        with _patience():
            token = passwords.open_by_password(
                current_work(),
                form.who.data,
                form.password.data,
                address=_address(),
                shared=shared,
            )
        return _welcome(token, shared, form.suite.data)


def _add_link(pages: Pages) -> None:
    # Opening the page uses nothing up: mail scanners open links, only people press the button.
    @pages.form(
        "/lien/<token>",
        LinkForm,
        needs="account.enter",
        template="accounts/link.html",
        fill=_onward_asked,
        once=False,
    )
    def link(form: LinkForm, token: str) -> Response:
        shared = form.shared.data
        with _patience():
            opened = links.open_link(current_work(), token, address=_address(), shared=shared)
        return _welcome(opened, shared, form.suite.data)


def _add_exits(pages: Pages) -> None:
    @pages.post("/sortir", needs="account.enter", once=False)
    def out() -> Response:
        login.leave(current_work())
        say(N_("Tu es sorti·e."))
        return see("accounts.enter")

    @pages.post("/verrouiller", needs="account.enter", once=False)
    def lock() -> Response:
        login.leave(current_work())
        say(N_("C'est verrouillé. Pour revenir, prends ta carte ou demande un lien."))
        return see("accounts.card")

    @pages.get("/langue/<code>", needs="public.read")
    def language(code: str) -> Response:
        if code not in LOCALES:
            raise NotFound()
        response = make_response(redirect(_came_from(), 303))
        response.set_cookie(
            login.LANGUAGE_COOKIE,
            code,
            max_age=A_YEAR,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


class _patience:
    """Tell the browser, besides the sentence, when it may try again."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, TooMany):
            seconds = str(error.retry_after)

            @after_this_request
            def later(response: Response) -> Response:
                response.headers["Retry-After"] = seconds
                return response


def _welcome(token: str, shared: bool, onward: str | None) -> Response:
    login.enter(token, shared=shared)
    path = local_path(onward)
    if path and _is_ours(path):
        return make_response(redirect(path, 303))
    return see("home.today")


def _is_ours(path: str) -> bool:
    try:
        current_app.url_map.bind("").match(path.partition("?")[0], method="GET")
    except (HTTPException, RequestRedirect):
        return False
    return True


def _onward_asked(**_address: Any) -> dict[str, Any]:
    return {"start": {"suite": local_path(request.args.get("suite"))}}


def _came_from() -> str:
    here = request.host_url
    referrer = request.referrer or ""
    if not referrer.startswith(here):
        return "/"
    return local_path("/" + referrer.removeprefix(here)) or "/"


def _address() -> str:
    return neighbourhood(request.remote_addr or "")
