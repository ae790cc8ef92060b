"""Open PDFs in a process of its own, with little memory and little time.

A PDF of some kilobytes can ask for gigabytes (streams in streams), or for hours (a cross-reference
table to guess). Only the system stops native code for sure: the child has a limit on its memory and
on its processor time, the parent on the hours of the clock. One child reads file after file, and is
replaced when it dies; nothing of ours is in its environment.
"""

from __future__ import annotations

import os
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO

from kpa_core.errors import N_, Unavailable
from kpa_core.invoices.received.errors import Unreadable
from kpa_core.invoices.received.tree import MAX_XML_BYTES

SECONDS = 5.0
CHILD = Path(__file__).with_name("pdf_child.py")
FILES_EACH = 500
"""After so many files a child is replaced: what a library leaks is given back."""

_ANSWERS = {
    "none": N_("Ce PDF ne contient pas de facture électronique. Note l'achat à la main."),
    "several": N_("Ce PDF contient plusieurs factures : on ne sait pas laquelle est la bonne."),
    "locked": N_("Ce PDF est protégé par un mot de passe. Demande-le sans."),
    "broken": N_("Ce PDF est abîmé. Télécharge-le encore, ou demande le XML."),
    "large": N_("Ce PDF est trop gros une fois ouvert. Note l'achat à la main."),
}


class PdfReader:
    """A child that reads PDFs; it starts at the first one, and ends with the block."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._child: subprocess.Popen[bytes] | None = None
        self._read = 0
        self._lock = threading.Lock()

    def __enter__(self) -> PdfReader:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    @contextmanager
    def kept_open(self) -> Iterator[PdfReader]:
        """Use it without ending it."""
        yield self

    @property
    def pid(self) -> int:
        """The child's number; 0 when there is none."""
        return self._child.pid if self._child else 0

    def invoice_of(self, data: bytes) -> bytes:
        """Return the XML inside a PDF.

        Raises:
            Unreadable: there is none, or several, or the PDF is locked, broken or too greedy.
            Unavailable: no child can be started.
        """
        with self._lock:
            child = self._ready()
            try:
                word, xml = self._ask(child, data)
            except (OSError, EOFError) as error:
                self.close()
                raise Unreadable(_ANSWERS["large"]) from error
        if word != "ok":
            raise Unreadable(_ANSWERS.get(word, _ANSWERS["broken"]))
        return xml

    def close(self) -> None:
        """End the child, whatever it does."""
        child, self._child, self._read = self._child, None, 0
        if child is None:
            return
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                _close_quietly(pipe)

    def _ready(self) -> subprocess.Popen[bytes]:
        if self._read >= FILES_EACH:
            self.close()
        if self._child is None:
            try:
                self._child = subprocess.Popen(
                    [sys.executable, "-I", str(CHILD)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env={},
                    cwd="/",
                    bufsize=0,
                )
            except OSError as error:
                raise Unavailable(
                    N_("Les PDF ne se lisent pas maintenant. Recommence plus tard.")
                ) from error
        self._read += 1
        return self._child

    def _ask(self, child: subprocess.Popen[bytes], data: bytes) -> tuple[str, bytes]:
        assert child.stdin is not None
        until = time.monotonic() + self.seconds
        _send(child.stdin.fileno(), struct.pack(">I", len(data)) + data, until)
        word_size, size = struct.unpack(">BI", self._take(child, 5, until))
        if size > MAX_XML_BYTES:
            raise EOFError
        word = self._take(child, word_size, until).decode("ascii", "replace")
        return word, self._take(child, size, until)

    def _take(self, child: subprocess.Popen[bytes], size: int, until: float) -> bytes:
        assert child.stdout is not None
        taken = bytearray()
        while len(taken) < size:
            _wait(child.stdout.fileno(), until, to_write=False)
            piece = child.stdout.read(min(size - len(taken), 65536))
            if not piece:
                raise EOFError
            taken += piece
        return bytes(taken)


def _send(handle: int, data: bytes, until: float) -> None:
    os.set_blocking(handle, False)
    view = memoryview(data)
    while view:
        _wait(handle, until, to_write=True)
        view = view[os.write(handle, view[:65536]) :]


def _wait(handle: int, until: float, *, to_write: bool) -> None:
    left = until - time.monotonic()
    poll = select.poll()
    poll.register(handle, select.POLLOUT if to_write else select.POLLIN)
    if left <= 0 or not poll.poll(left * 1000):
        raise EOFError


def _close_quietly(pipe: IO[bytes]) -> None:
    with suppress(OSError):
        pipe.close()
