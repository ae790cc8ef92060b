"""Bodies that stay as small as was agreed, on the wire and once inflated."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from kpa_core.errors import N_
from kpa_core.safehttp.errors import HttpFailed, TooLarge

PIECE = 64 * 1024


def capped(pieces: Iterable[bytes], most: int, place: str) -> Iterator[bytes]:
    """Pass pieces on, and stop before more than ``most`` bytes went through.

    Raises:
        TooLarge: there are more.
    """
    left = most
    for piece in pieces:
        left -= len(piece)
        if left < 0:
            raise too_large(place, most)
        yield piece


def inflated(pieces: Iterable[bytes], most: int, place: str) -> Iterator[bytes]:
    """Inflate a gzip stream (RFC 1952, one member), never over ``most`` bytes nor a piece at once.

    Raises:
        TooLarge: it inflates to more.
        HttpFailed: it is not gzip, is damaged, cut, or followed by something else.
    """
    engine = zlib.decompressobj(16 + zlib.MAX_WBITS)
    left = most
    for piece in pieces:
        if engine.eof:
            raise _damaged(place)
        out = waiting = piece
        while not engine.eof and (out or waiting):
            try:
                out = engine.decompress(waiting, PIECE)
            except zlib.error as error:
                raise _damaged(place) from error
            waiting = engine.unconsumed_tail
            left -= len(out)
            if left < 0:
                raise too_large(place, most)
            yield out
        if engine.unused_data:
            raise _damaged(place)
    if not engine.eof:
        raise _damaged(place)


def too_large(place: str, most: int) -> TooLarge:
    """Return the error for an answer over ``most`` bytes."""
    return TooLarge(
        N_("{place} envoie plus que prévu (au plus {most} octets). Le reste n'est pas lu."),
        place=place,
        most=most,
    )


def _damaged(place: str) -> HttpFailed:
    return HttpFailed(
        N_("La réponse de {place} est abîmée. Réessaie plus tard."),
        place=place,
    )
