"""The seam with Flask-Login: the cookie holds a session's token, the server holds the session."""

from __future__ import annotations

from flask import Flask, Response, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from kpa_core.accounts import sessions
from kpa_core.contracts import Actor
from kpa_core.i18n import answer_in
from kpa_core.members.models import Party
from kpa_core.pages.current import current_work
from kpa_core.work import VISITOR, Work

LANGUAGE_COOKIE = "kpa_lang"


class SignedIn(UserMixin):  # type: ignore[misc]
    """The session of the request being answered."""

    def __init__(self, token: str, found: sessions.Found) -> None:
        self.token = token
        self.found = found

    def get_id(self) -> str:
        """Return what the cookie holds: the token, never the person."""
        return self.token


def install(app: Flask) -> None:
    """Let the application know who is signed in."""
    login = LoginManager()
    # Phones change address between two clicks: being bound to one would sign people out.
    login.session_protection = None
    login.user_loader(_load)
    login.init_app(app)
    app.after_request(_stay)


def actor_of_request(work: Work) -> Actor:
    """Return who sent this request, with the rights of this moment.

    Unless a language was chosen on this device, the person is answered in the one of their card.
    """
    if not current_user.is_authenticated:
        return VISITOR
    actor: Actor = current_user.found.actor
    if actor.party_id is not None and LANGUAGE_COOKIE not in request.cookies:
        answer_in(work.session.get_one(Party, actor.party_id).language)
    return actor


def enter(token: str, *, shared: bool) -> None:
    """Give the browser a new session; whatever it held before is dropped first.

    Nothing of the visit before survives, so that nobody can plant a session or its CSRF token.
    """
    if current_user.is_authenticated:
        sessions.end(current_work(), current_user.token)
    found = sessions.find(current_work(), token)
    assert found is not None
    session.clear()
    session.permanent = not shared
    login_user(SignedIn(token, found))


def leave(work: Work) -> None:
    """End the session here and on the server."""
    if current_user.is_authenticated:
        sessions.end(work, current_user.token)
    logout_user()
    session.clear()


def own_session() -> sessions.Found | None:
    """Return the session of this request."""
    if not current_user.is_authenticated:
        return None
    found: sessions.Found = current_user.found
    return found


def _stay(answer: Response) -> Response:
    """Make the cookie last from this page on.

    Pages alone do: a style sheet or a logo that arrives late would put the former reader's session
    back on a phone that somebody else has just taken.
    """
    if answer.mimetype == "text/html" and session.permanent:
        session.modified = True
    return answer


def _load(token: str) -> SignedIn | None:
    found = sessions.find(current_work(), token)
    return SignedIn(token, found) if found else None
