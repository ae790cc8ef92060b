"""In front of what costs something to answer: who asks too fast is told when to come back."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import cast

from flask import Response, current_app, request

from kpa_federation.peers.buckets import Buckets, neighbourhood
from kpa_federation.texts import gettext as _

EXTENSION = "federation-buckets"
Endpoint = Callable[..., Response]


def costs(tokens: float) -> Callable[[Endpoint], Endpoint]:
    """Have an endpoint take tokens from the bucket of whoever asks; 429 when it is empty.

    Nothing of the request is read before.
    """

    def guard(answer: Endpoint) -> Endpoint:
        @wraps(answer)
        def guarded(**address: str) -> Response:
            who = neighbourhood(request.remote_addr or "")
            wait = buckets().take(who, tokens, time.monotonic())
            if not wait:
                return answer(**address)
            said = _("Trop de demandes. Reviens un peu plus tard.")
            refused = Response(f"{said}\n", 429, mimetype="text/plain")
            refused.headers["Retry-After"] = str(wait)
            return refused

        return guarded

    return guard


def buckets() -> Buckets:
    """Return the buckets of this process."""
    return cast(Buckets, current_app.extensions.setdefault(EXTENSION, Buckets()))
