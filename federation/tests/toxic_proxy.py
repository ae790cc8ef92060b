"""A line with one of eight faults, in one direction, for its first connections. Loopback only.

The faults have the names of Shopify's toxiproxy; sizes and times are drawn by a seed. The line is
good again after a few connections, as lines are: what has to be shown is what happened meanwhile.
"""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import contextmanager, suppress

ABORT = struct.pack("ii", 1, 0)
TOXICS = (
    "latency",
    "down",
    "bandwidth",
    "slow_close",
    "timeout",
    "reset_peer",
    "slicer",
    "limit_data",
)
FAST = ("latency", "bandwidth", "slicer", "slow_close")
"""These delay, and lose nothing."""


class Toxic:
    """One fault with its measures."""

    def __init__(self, name, dice):
        self.name = name
        self.latency = dice.uniform(0.005, 0.03)
        self.pace = dice.randrange(100_000, 800_000)
        self.slice = dice.randrange(20, 400)
        self.limit = dice.randrange(0, 9000)
        self.wait = dice.uniform(0.05, 0.3)

    def pass_on(self, data, far, sent):
        """Send data on as this line does; return False when the line ended."""
        if self.name == "latency":
            time.sleep(self.latency)
        elif self.name == "bandwidth":
            time.sleep(len(data) / self.pace)
        elif self.name == "slicer":
            for at in range(0, len(data), self.slice):
                far.sendall(data[at : at + self.slice])
                time.sleep(0.0005)
            return True
        elif self.name in ("limit_data", "reset_peer", "timeout"):
            left = max(self.limit - sent, 0)
            if len(data) > left:
                far.sendall(data[:left])
                time.sleep(self.wait if self.name == "timeout" else 0)
                return False
        far.sendall(data)
        return True


class ToxicProxy:
    """Passes connections on to a port of this machine."""

    def __init__(self, port, name, way, dice):
        self.port, self.toxic, self.way = port, Toxic(name, dice), way
        self.bad = 10**9 if name in FAST else dice.randrange(1, 5)
        self.connections, self._open, self._threads = 0, True, []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._start(self._accept)

    def _start(self, work, *given):
        thread = threading.Thread(target=work, args=given, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self):
        while self._open:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            self.connections += 1
            is_bad = self.connections <= self.bad
            self._start(self._serve, near, self.toxic if is_bad else Toxic("", _Middle()))

    def _serve(self, near, toxic):
        if toxic.name == "down":
            near.close()
            return
        with near, socket.create_connection(("127.0.0.1", self.port)) as far:
            up = threading.Thread(target=self._pump, args=(near, far, toxic, "up"), daemon=True)
            up.start()
            self._pump(far, near, toxic, "down")
            if toxic.name == "slow_close" and self.way == "down":
                time.sleep(toxic.wait)
            for one in (near, far):
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            up.join(10)

    def _pump(self, source, sink, toxic, way):
        sent, is_toxic = 0, way == self.way and bool(toxic.name)
        try:
            while data := source.recv(65536):
                if not is_toxic:
                    sink.sendall(data)
                elif not toxic.pass_on(data, sink, sent):
                    if toxic.name == "reset_peer":
                        for one in (source, sink):
                            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
                    for one in (source, sink):
                        one.shutdown(socket.SHUT_RDWR)
                    return
                sent += len(data)
            if is_toxic and toxic.name == "slow_close":
                time.sleep(toxic.wait)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def close(self):
        self._open = False
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for thread in self._threads:
            thread.join(10)


class _Middle:
    """Dice that fall on the middle: a good line needs no measures."""

    @staticmethod
    def uniform(low, high):
        return (low + high) / 2

    @staticmethod
    def randrange(low, high):
        return (low + high) // 2


@contextmanager
def toxic_proxy(port, name, way, dice):
    made = ToxicProxy(port, name, way, dice)
    try:
        yield made
    finally:
        made.close()
