"""A line between two machines that is slow, late, torn or cut, as one likes. Loopback only."""

from __future__ import annotations

import socket
import struct
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass

ABORT = struct.pack("ii", 1, 0)


@dataclass
class Faults:
    """What happens to answers; bytes and seconds.

    ``limit`` ends a connection after so many bytes, ``reset`` ends it by force, ``hang`` goes
    silent instead. ``times`` is on how many connections, -1 for all.
    """

    latency: float = 0.0
    pace: int = 0
    slice: int = 65536
    limit: int = -1
    reset: bool = False
    hang: float = 0.0
    down: bool = False
    times: int = -1


class Proxy:
    """Passes bytes on to a port, with faults in what comes back; it counts them."""

    def __init__(self, port, faults):
        self.port, self.faults, self.carried, self.connections = port, faults, 0, 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._threads, self._open = [], True
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
            self._start(self._serve, near, self._faults_now())

    def _faults_now(self):
        if self.faults.times == 0:
            return Faults()
        self.faults.times -= 1
        return self.faults

    def _serve(self, near, faults):
        with near:
            if faults.down:
                return
            with socket.create_connection(("127.0.0.1", self.port)) as far:
                # Little waits on the way: what was not passed on was not sent.
                far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 256 * 1024)
                self._start(_pump, near, far)
                self._back(far, near, faults)

    def _back(self, far, near, faults):
        left = faults.limit
        try:
            while data := far.recv(faults.slice):
                time.sleep(faults.latency + (len(data) / faults.pace if faults.pace else 0))
                if 0 <= left < len(data):
                    near.sendall(data[:left])
                    self.carried += left
                    time.sleep(faults.hang)
                    if faults.reset:
                        near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
                    else:
                        near.shutdown(socket.SHUT_RDWR)
                    far.shutdown(socket.SHUT_RDWR)
                    return
                near.sendall(data)
                self.carried += len(data)
                left -= len(data) if left >= 0 else 0
        except OSError:
            return

    def close(self):
        self._open = False
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        for thread in self._threads:
            thread.join(10)


def _pump(near, far):
    try:
        while data := near.recv(65536):
            far.sendall(data)
    except OSError:
        return


@contextmanager
def proxy(port, **faults):
    made = Proxy(port, Faults(**faults))
    try:
        yield made
    finally:
        made.close()
