"""What another machine answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kpa_core import clock
from kpa_core.safehttp.backoff import retry_after


@dataclass(frozen=True)
class Head:
    """The first lines of an answer: any status, names of headers in lower case."""

    url: str
    """Where the answer came from, after redirects."""
    status: int
    headers: Mapping[str, str]

    @property
    def retry_after(self) -> float | None:
        """The seconds the other machine asks to wait, at most a day."""
        return retry_after(self.headers.get("retry-after"), clock.now())


@dataclass(frozen=True)
class HttpAnswer(Head):
    """A whole answer."""

    body: bytes


@dataclass(frozen=True)
class HttpStream(Head):
    """An answer whose body is still coming; to be read inside the block it was lent to."""

    pieces: Iterator[bytes]
    """Inflated bytes as they come, 64 KiB at most each; raises HttpError when a cap is reached."""
