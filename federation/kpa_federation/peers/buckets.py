"""Buckets of tokens: who asks too fast waits, however many ask. Pure; memory is bounded."""

from __future__ import annotations

import ipaddress
import math
import threading
from collections import OrderedDict
from dataclasses import dataclass

BURST = 600.0
"""Tokens of a full bucket: a first sync, with all its proofs and files, stays far below."""
A_SECOND = 10.0
KEPT = 8192
"""Buckets in memory. The one that was used longest ago goes first: by then it is full again, or so
many others ask that forgetting it costs less than keeping them all."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Buckets:
    """A bucket for each address. Times are seconds of a clock that only goes forward."""

    def __init__(self, burst: float = BURST, a_second: float = A_SECOND, kept: int = KEPT) -> None:
        self.burst, self.a_second, self.kept = burst, a_second, kept
        self._found: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, who: str, cost: float, at: float) -> int:
        """Take tokens; return 0, or the whole seconds to wait when there are too few."""
        with self._lock:
            bucket = self._found.setdefault(who, _Bucket(self.burst, at))
            self._found.move_to_end(who)
            gained = max(at - bucket.at, 0.0) * self.a_second
            bucket.tokens, bucket.at = min(self.burst, bucket.tokens + gained), at
            while len(self._found) > self.kept:
                self._found.popitem(last=False)
            if bucket.tokens >= cost:
                bucket.tokens -= cost
                return 0
            return math.ceil((cost - bucket.tokens) / self.a_second)

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._found)


def neighbourhood(address: str) -> str:
    """Return what counts as one asker: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
