"""The web server's own process: it loads kpa once, and each process that answers is its copy.

A process that was killed is back in a tenth of a second instead of one, and they share memory.
Nothing is opened here: no database, no file, no thread may be copied.
"""

from __future__ import annotations

import os
import signal
from importlib import import_module

from granian.cli import cli

LOADED = ("kpa_core.features", "kpa_core.serving.door", "kpa_core.web")


def main() -> None:
    """Serve as the options say, until it is told to stop."""
    for module in LOADED:
        import_module(module)
    os.register_at_fork(after_in_child=stop_at_once)
    cli()


def stop_at_once() -> None:
    """Let a stop end a process that is starting, and holds no request yet.

    It has the server's own handlers, which would swallow the signal: the server then waits for it
    10 seconds. Once it has started it sets its own.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


if __name__ == "__main__":
    main()
