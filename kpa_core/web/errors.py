"""Errors as pages: one sentence, what to do, and never a traceback."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from kpa_core import db
from kpa_core.errors import N_, KpaError, NotFound
from kpa_core.i18n import sentence
from kpa_core.instance import Instance
from kpa_core.pages.current import current_work, is_for_machines
from kpa_core.work import Denied

log = logging.getLogger("kpa.web")

Told = tuple[str, int, dict[str, str]]
ABSENT = NotFound().message
HTTP = {
    400: N_("Cette demande est incomplète. Rouvre la page et recommence."),
    404: ABSENT,
    405: ABSENT,
    408: N_("La connexion est trop lente. Recommence."),
    413: N_("Ce fichier est trop gros. Reprends la photo en plus petit."),
    429: N_("Trop d'essais. Attends un peu, puis recommence."),
}
BROKEN = N_("Quelque chose s'est cassé de notre côté. Rien n'a été perdu. Recommence plus tard.")


def install(app: Flask, instance: Instance) -> None:
    """Answer every error with a page in plain words."""

    def answer(status: int, error: KpaError) -> Told:
        text = sentence(error, instance.texts)
        if is_for_machines():
            return f"{text}\n", status, {"Content-Type": "text/plain; charset=utf-8"}
        return render_template("error.html", sentence=text, status=status), status, {}

    @app.errorhandler(KpaError)
    def of_ours(error: KpaError) -> Told:
        if isinstance(error, Denied) and instance.rights.is_logged(error.capability):
            _keep_refusal(error)
        if error.status >= 500:
            log.error("%s: %s", g.get("request_id", ""), error, exc_info=error)
        text, status, headers = answer(error.status, error)
        wait = getattr(error, "retry_after", None)
        return text, status, {**headers, "Retry-After": str(wait)} if wait else headers

    @app.errorhandler(CSRFError)
    def of_a_stale_form(_: CSRFError) -> Told:
        return answer(
            400, KpaError(N_("Ce formulaire est trop vieux. Rouvre la page et recommence."))
        )

    @app.errorhandler(HTTPException)
    def of_http(error: HTTPException) -> Told | Response:
        status = error.code or 500
        if status < 400:
            return error.get_response()  # type: ignore[return-value]
        status = 404 if status == 405 else status
        return answer(status, KpaError(HTTP.get(status, HTTP[400] if status < 500 else BROKEN)))

    @app.errorhandler(DBAPIError)
    def of_the_database(error: DBAPIError) -> Told:
        log.error("%s: %s", g.get("request_id", ""), error, exc_info=error)
        told = db.meaning_of(error) or KpaError(BROKEN)
        return answer(max(told.status, 500), told)

    @app.errorhandler(Exception)
    def of_a_mistake(error: Exception) -> Told:
        log.error("%s: %s", g.get("request_id", ""), error, exc_info=error)
        return answer(500, KpaError(BROKEN))


def _keep_refusal(error: Denied) -> None:
    """Write who was refused what; a failing log must not change the answer."""
    work = current_work()
    try:
        with work.transaction():
            work.record(error.capability, "refused", scope=error.scope, result="refused")
    except KpaError as failed:
        log.error("refusal not kept: %s", failed)
