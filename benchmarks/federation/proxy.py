"""A TCP proxy on loopback that counts bytes and round trips, and can be slow or cut the line.

A round trip is a turn of the talk: bytes go up after the line was new, or after bytes came down.
The handshake of TCP itself is left out, for everybody.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass, field

PIECE = 65536


@dataclass
class Count:
    """What went through."""

    up: int = 0
    down: int = 0
    turns: int = 0
    lines: int = 0


@dataclass
class Weather:
    """How the line is: bytes per second down, a cut every so many seconds or after some bytes."""

    rate: float = 0.0
    cut_every: float = 0.0
    cut_at: int = 0
    delay: float = 0.0


@dataclass
class Proxy:
    """One way in, one server behind."""

    target: int
    weather: Weather = field(default_factory=Weather)
    count: Count = field(default_factory=Count)
    cuts: int = 0

    def __enter__(self) -> Proxy:
        """Listen on a free port of loopback."""
        self._lock, self._open = threading.Lock(), True
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._socket.getsockname()[1]
        self._began = time.monotonic()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening; lines that are open end by themselves."""
        self._open = False
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def take(self) -> Count:
        """Return what went through since the last time, and start again."""
        time.sleep(0.05)  # the last bytes are on their way
        with self._lock:
            found, self.count = self.count, Count()
        return found

    def _accept(self) -> None:
        while self._open:
            try:
                near, _ = self._socket.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                continue
            for one in (near, far):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.weather.rate:  # a slow line holds little on its way
                near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)
            self.count.lines += 1
            line = _Line(self, near, far)
            threading.Thread(target=line.up, daemon=True).start()
            threading.Thread(target=line.down, daemon=True).start()


class _Line:
    def __init__(self, proxy: Proxy, near: socket.socket, far: socket.socket) -> None:
        self.proxy, self.near, self.far, self.asking = proxy, near, far, False
        self.born = time.monotonic()

    def up(self) -> None:
        """Carry what the client says."""
        proxy = self.proxy
        with contextlib.suppress(OSError):
            while piece := self.near.recv(PIECE):
                with proxy._lock:
                    if not self.asking:
                        proxy.count.turns += 1
                        self.asking = True
                    proxy.count.up += len(piece)
                time.sleep(proxy.weather.delay)
                self.far.sendall(piece)
        self._end(self.far)

    def down(self) -> None:
        """Carry what the server says, as fast as the weather lets it."""
        proxy = self.proxy
        most = 2048 if proxy.weather.rate else PIECE
        with contextlib.suppress(OSError):
            while piece := self.far.recv(most):
                if self._is_cut(len(piece)):
                    break
                self.near.sendall(piece)
                with proxy._lock:
                    self.asking = False
                    proxy.count.down += len(piece)
                if proxy.weather.rate:
                    self._keep_pace(len(piece))
        for one in (self.near, self.far):
            self._end(one)
            one.close()

    def _keep_pace(self, size: int) -> None:
        self.born = max(self.born, time.monotonic() - 0.05) + size / self.proxy.weather.rate
        time.sleep(max(0.0, self.born - time.monotonic()))

    def _is_cut(self, size: int) -> bool:
        proxy, weather = self.proxy, self.proxy.weather
        if weather.cut_at and proxy.count.down + size > weather.cut_at:
            weather.cut_at = 0
        elif weather.cut_every and time.monotonic() - proxy._began > weather.cut_every:
            proxy._began = time.monotonic()
        else:
            return False
        proxy.cuts += 1
        return True

    def _end(self, one: socket.socket) -> None:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
