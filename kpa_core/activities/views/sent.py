"""Values sent by a button."""

from __future__ import annotations

from uuid import UUID

from flask import request

from kpa_core.errors import NotFound


def sent_id(name: str) -> UUID:
    """Return the id a button sent.

    Raises:
        NotFound: it is none.
    """
    try:
        return UUID(request.form.get(name, ""))
    except ValueError as error:
        raise NotFound() from error
