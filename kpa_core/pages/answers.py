"""Ways to answer a request."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, make_response, redirect, render_template, url_for
from werkzeug.http import dump_options_header

from kpa_core.pages.current import current_instance


def page(template: str, status: int = 200, **values: Any) -> Response:
    """Answer with a rendered page."""
    return make_response(render_template(template, **values), status)


def see(endpoint: str, **values: Any) -> Response:
    """Send the person to another page after something was done (303)."""
    return make_response(redirect(url_for(endpoint, **values), 303))


def say(message: str, **params: object) -> None:
    """Show one sentence at the top of the next page; ``message`` is a French message id."""
    text = current_instance().texts.gettext(message)
    flash(text.format(**params) if params else text)


def download(data: bytes, media_type: str, name: str, *, inline: bool = False) -> Response:
    """Answer with a file that can never run as a page of ours."""
    response = make_response(data)
    response.headers["Content-Type"] = media_type
    kind = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = dump_options_header(kind, {"filename": _ascii(name)})
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


def _ascii(name: str) -> str:
    kept = (char if char.isascii() and (char.isalnum() or char in "-_.") else "-" for char in name)
    return "".join(kept)[:80]
