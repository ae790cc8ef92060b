"""Two or more real instances on loopback: see ``towns``."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from homes import home as home
from towns import free_port, served
from towns import town as town


@pytest.fixture
def answering():
    """Return a function that serves an answer for every address."""
    with ExitStack() as stack:

        def serve(*pieces, **headers):
            def app(_environ, start):
                start("200 OK", [("Content-Type", "application/json"), *headers.items()])
                return iter(pieces)

            port = free_port()
            stack.enter_context(served(app, port))
            return f"http://127.0.0.1:{port}"

        yield serve
