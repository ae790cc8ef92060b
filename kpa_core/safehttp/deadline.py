"""How long another machine may take: a total time, and a least pace for what is long. No I/O."""

from __future__ import annotations

import time
from dataclasses import dataclass

from kpa_core.errors import N_
from kpa_core.safehttp.bodies import too_large
from kpa_core.safehttp.errors import TooSlow


class Deadline:
    """A total time, from now on, for everything: name, connection, handshake, headers, body."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Return the seconds left; negative when it is over."""
        return self._end - time.monotonic()


@dataclass(frozen=True)
class Pace:
    """The least a long answer must bring: ``least`` bytes a second over ``window`` seconds.

    Only time spent waiting for the other machine counts, not what its reader does meanwhile.
    """

    least: int = 2048
    window: float = 20.0


class Line:
    """What is left to one connection: time, bytes and pace. Its sockets ask it before each wait.

    ``room`` is how many more bytes may come; ``sent`` tells whether any of the request may have
    left; ``in_head`` whether an end of the line would cut the answer's first lines.
    """

    def __init__(self, place: str, deadline: Deadline, room: int, pace: Pace | None = None) -> None:
        self.place = place
        self.deadline = deadline
        self.pace = pace
        self.sent = False
        self.in_head = True
        self._most = self._room = room
        self._waited = 0.0
        self._got = 0

    def patience(self) -> float:
        """Return how many seconds the next wait may last.

        Raises:
            TooSlow: none.
        """
        left = self.deadline.left()
        if left <= 0:
            raise self.too_slow()
        return min(left, self.pace.window - self._waited) if self.pace else left

    def waited(self, seconds: float, got: int) -> None:
        """Count a wait and what it brought.

        Raises:
            TooLarge: more than there was room for.
            TooSlow: below the least pace.
        """
        self._room -= got
        if self._room < 0:
            raise too_large(self.place, self._most)
        if self.pace is None:
            return
        self._waited += seconds
        self._got += got
        if self._waited >= self.pace.window - 0.001:
            if self._got < self.pace.least * self.pace.window:
                raise self.too_slow()
            self._waited, self._got = 0.0, 0

    def allow(self, room: int) -> None:
        """Let so many bytes come from here on, for the body."""
        self.in_head = False
        self._most = self._room = room

    def too_slow(self) -> TooSlow:
        """Return the error that says so."""
        return TooSlow(
            N_("{place} répond trop lentement (limite : {seconds} secondes). Réessaie plus tard."),
            place=self.place,
            seconds=f"{self.deadline.seconds:g}",
        )
