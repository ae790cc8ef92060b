"""The tokens a server gave us, kept until shortly before they end, for as long as kpa runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from kpa_core.api import now

if TYPE_CHECKING:
    from kpa_core.api import SafeHttp

EARLY = timedelta(seconds=60)
"""A token that ends during a request is as good as none."""


class Tokens:
    """The tokens of one instance: one for each server and key, asked for by one at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], tuple[str, datetime]] = {}

    def get(self, server: str, key: str, ask: Callable[[], tuple[str, int]]) -> str:
        """Return a token that is good; ``ask`` returns a new one and its seconds."""
        with self._lock:
            token, until = self._known.get((server, key), ("", now()))
            if now() >= until:
                token, seconds = ask()
                self._known[server, key] = token, now() + timedelta(seconds=seconds) - EARLY
            return token

    def drop(self, server: str, key: str, token: str) -> None:
        """Forget a token that was refused, unless another one took its place meanwhile."""
        with self._lock:
            if self._known.get((server, key), ("", None))[0] == token:
                del self._known[server, key]


_of: WeakKeyDictionary[SafeHttp, Tokens] = WeakKeyDictionary()
_making = threading.Lock()


def tokens_of(http: SafeHttp) -> Tokens:
    """Return the tokens of the instance that this client belongs to."""
    with _making:
        return _of.setdefault(http, Tokens())
