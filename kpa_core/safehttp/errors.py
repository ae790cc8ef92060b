"""What goes wrong when kpa asks another machine. Nothing else leaves :mod:`kpa_core.safehttp`."""

from __future__ import annotations

from kpa_core.errors import KpaError, Refused


class HttpError(KpaError):
    """Another machine was not asked, or did not answer as it should.

    ``sent`` tells whether any part of the request may have left: if not, asking again can double
    nothing.
    """

    status = 502
    sent = False


class HttpRefused(HttpError, Refused):
    """A rule of ours says no to this address or this answer; trying again changes nothing."""

    status = 422


class HttpFailed(HttpError):
    """The other machine is out of reach, cannot prove who it is, or cut the line."""


class TooLarge(HttpError):
    """The answer is bigger than what was asked for, in headers, on the wire or once inflated."""


class TooSlow(HttpError):
    """The whole answer did not come in the time given, or came below the least pace."""
