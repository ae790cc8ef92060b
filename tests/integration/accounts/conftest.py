"""People at the door of a KPA, and what is sent to them."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from kpa_core import accounts
from kpa_core.accounts import messages
from kpa_core.accounts.models import Message
from kpa_core.contracts import Actor
from kpa_core.testing import TestKpa


class Door:
    """A visitor at the door of a KPA: what they type, what comes back, redirects not followed."""

    def __init__(self, kpa: TestKpa) -> None:
        self.kpa = kpa
        self.client = kpa.app.test_client()

    def token(self, path: str = "/entrer") -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get(path).text)
        assert found, path
        return found[1]

    def post(self, path: str, *, page: str = "", **fields: str) -> TestResponse:
        data = {"csrf_token": self.token(page or path), "idempotency_key": uuid4().hex, **fields}
        return self.client.post(path, data=data)

    def enter(self, code: str, **fields: str) -> TestResponse:
        return self.post("/entrer/carte", code=code, **fields)

    def is_in(self) -> bool:
        return self.client.get("/moi").status_code == 200


@pytest.fixture
def door(kpa: TestKpa) -> Door:
    return Door(kpa)


@pytest.fixture
def another_door(kpa: TestKpa) -> Callable[[], Door]:
    return lambda: Door(kpa)


@pytest.fixture
def card_of(kpa: TestKpa) -> Callable[[Actor], str]:
    def make(person: Actor) -> str:
        assert person.party_id is not None
        with kpa.work() as work:
            return accounts.new_card(work, person.party_id)

    return make


@pytest.fixture
def texts_for(kpa: TestKpa) -> Callable[[Actor], list[str]]:
    """What was written to a person, opened, the oldest first."""

    def read(person: Actor) -> list[str]:
        with kpa.work() as work:
            query = sa.select(Message).where(Message.party_id == person.party_id)
            found = work.session.scalars(query.order_by(Message.created_at, Message.id))
            return [messages.opened(work, one)[1] for one in found]

    return read


@pytest.fixture
def link_for(texts_for: Callable[[Actor], list[str]]) -> Callable[[Actor], str]:
    """The path of the last link sent to a person."""

    def find(person: Actor) -> str:
        found = re.findall(r"https?://[^/\s]+(/lien/\S+)", texts_for(person)[-1])
        return str(found[-1])

    return find
