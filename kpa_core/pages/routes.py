"""Routes that declare what they need, and check it before the view runs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID, uuid4

from flask import Blueprint, Response, make_response, redirect, request
from sqlalchemy.orm import Session

from kpa_core import once
from kpa_core.contracts import INSTANCE, Scope
from kpa_core.errors import N_, KpaError, Misuse, NotFound, StartError
from kpa_core.pages.answers import page
from kpa_core.pages.current import current_instance, current_work
from kpa_core.pages.forms import Form, options
from kpa_core.work import Denied

ScopeOf = Callable[[Session, UUID], Scope | None]
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Door:
    """What a route declares: the capability, whether its posts are remembered, who asks."""

    needs: str
    once: bool = True
    for_machines: bool = False
    first: Callable[..., object] = lambda **_: None
    """What a post does before its transaction, such as counting attempts that will be refused."""


class Pages(Blueprint):
    """A blueprint whose every route names a capability.

    ``scopes`` maps a ``<uuid:thing_id>`` of its addresses to a function that says where that thing
    belongs; the capability is checked there. An id nobody can place stops the start.
    """

    def __init__(
        self,
        name: str,
        import_name: str,
        *,
        scopes: Mapping[str, ScopeOf] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(name, import_name, template_folder="templates", **more)
        self.scopes: dict[str, ScopeOf] = dict(scopes or {})

    def get(self, rule: str, *, needs: str, **options: Any) -> Callable[[View], View]:  # type: ignore[override]
        """Declare a page to read."""
        return self._guarded(rule, ["GET"], Door(needs), options)

    def post(  # type: ignore[override]
        self, rule: str, *, needs: str, once: bool = True, **options: Any
    ) -> Callable[[View], View]:
        """Declare an act. It runs in one transaction, and once per idempotency key.

        ``once=False`` is for acts that keep their own account of attempts, such as signing in.
        """
        return self._guarded(rule, ["POST"], Door(needs, once), options)

    def machine(
        self, rule: str, *, needs: str, method: str = "GET", **options: Any
    ) -> Callable[[View], View]:
        """Declare an answer to another machine: no session, no form token, errors in plain text.

        Whoever asks is a visitor, whatever cookies come along. A body is at most 1 MiB long.
        """
        return self._guarded(rule, [method], Door(needs, once=False, for_machines=True), options)

    def form(
        self,
        rule: str,
        form_class: type[Form],
        *,
        needs: str,
        template: str,
        fill: Callable[..., Mapping[str, Any]] = lambda **_: {},
        once: bool = True,
        first: Callable[..., object] = lambda **_: None,
        **options: Any,
    ) -> Callable[[View], View]:
        """Declare a form: shown on GET; on POST checked, then given to the view.

        ``fill(**address)`` returns what the template shows besides the form; a key ``start`` (an
        object or a dict) fills the fields at first, ``choices`` sets lists by field name. A
        ``KpaError`` of the service is shown beside its field, and nothing is written.
        ``first(**address)`` is called before the transaction of a post.
        """

        def declare(view: View) -> View:
            @wraps(view)
            def answer(**address: Any) -> Any:
                shown = dict(fill(**address))
                form = _open_form(form_class, shown.pop("start", None), shown.pop("choices", {}))
                form.leave_out(shown.get("hidden", ()))
                if request.method == "POST" and form.validate():
                    try:
                        return view(form=form, **address)
                    except (NotFound, StartError):
                        raise
                    except KpaError as error:
                        form.refuse(error, current_instance().texts)
                        return page(template, error.status, form=form, **shown)
                status = 422 if request.method == "POST" else 200
                return page(template, status, form=form, **shown)

            self._guarded(rule, ["GET", "POST"], Door(needs, once, first=first), options)(answer)
            return view

        return declare

    def _guarded(
        self, rule: str, methods: list[str], door: Door, options: dict[str, Any]
    ) -> Callable[[View], View]:
        def declare(view: View) -> View:
            @wraps(view)
            def answer(**address: Any) -> Any:
                if request.method in ("GET", "HEAD"):
                    _check(door, address)
                    return view(**address)
                try:
                    _check(door, address)
                    door.first(**address)
                except KpaError as refusal:
                    return _again(door, refusal)
                return _act(door, view, address)

            answer.kpa_door = door  # type: ignore[attr-defined]
            endpoint = options.pop("endpoint", view.__name__)
            self.add_url_rule(rule, endpoint, answer, methods=methods, **options)
            return view

        return declare


def _open_form(form_class: type[Form], start: Any, choices: Mapping[str, Any]) -> Form:
    form = form_class(**{"data": start} if isinstance(start, dict) else {"obj": start})
    for name, values in choices.items():
        form[name].choices = options(values)
    return form


def _check(door: Door, address: Mapping[str, Any]) -> None:
    """Deny by default: the capability must cover every object the address names.

    What is not there is refused like what is not theirs, log included: an answer that comes sooner
    would tell which ids exist.
    """
    work = current_work()
    reach = work.reach(door.needs)
    scopes = current_instance().scopes
    named = [(name, value) for name, value in address.items() if isinstance(value, UUID)]
    if not named and not reach.anywhere:
        raise Denied(door.needs, INSTANCE)
    for name, thing_id in named:
        place = scopes[name](work.session, thing_id)
        if place is None and reach.everywhere:
            raise NotFound()
        if place is None or not reach.covers(place):
            raise Denied(door.needs, place or INSTANCE)


def _act(door: Door, view: Callable[..., Any], address: Mapping[str, Any]) -> Response:
    work = current_work()
    if not door.once:
        return make_response(view(**address))
    asked = _asked()
    if asked is None:
        raise KpaError(N_("Ce formulaire est trop vieux. Rouvre la page et recommence."))
    try:
        with work.transaction() as session:
            earlier = once.earlier_answer(session, asked)
            if earlier is not None:
                return make_response(redirect(earlier, 303))
            response = make_response(view(**address))
            if response.status_code >= 400:
                raise _NotDone(response)
            if response.status_code != 303:
                raise Misuse(N_("Après un envoi, une page doit rediriger."))
            once.remember(session, asked, response.headers["Location"])
    except _NotDone as refused:
        return refused.response
    return response


def _again(door: Door, refusal: KpaError) -> Response:
    """Answer a form that was sent twice as the first time; else the refusal stands.

    The first act may have taken away its thing, or the right to it.
    """
    asked = _asked() if door.once else None
    earlier = once.answer_given(current_work().session, asked) if asked is not None else None
    if earlier is None:
        raise refusal
    return make_response(redirect(earlier, 303))


class _NotDone(Exception):
    """Undo the transaction and answer with the page that says why."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def _asked() -> once.Once | None:
    """Return what a post asks under its key, or None where it has no good one."""
    key = request.form.get("idempotency_key") or request.headers.get("Idempotency-Key") or ""
    if not (8 <= len(key) <= 80 and key.isprintable()):
        return None
    digest = hashlib.sha256()
    for name, values in sorted(request.form.lists()):
        if name not in ("csrf_token", "idempotency_key"):
            digest.update(repr((name, values)).encode())
    for name, upload in sorted(request.files.items(multi=True), key=lambda item: item[0]):
        content = upload.stream.read()
        upload.stream.seek(0)
        digest.update(repr((name, upload.filename)).encode() + hashlib.sha256(content).digest())
    actor = current_work().actor
    return once.Once(key, actor.party_id, request.path, digest.hexdigest())


def new_key() -> str:
    """Return a key for one form, so that sending it twice does its work once."""
    return uuid4().hex
