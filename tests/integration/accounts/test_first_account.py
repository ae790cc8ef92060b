from __future__ import annotations

import pytest

from kpa_core import accounts
from kpa_core.errors import Refused
from kpa_core.work import OPERATOR, Denied


@pytest.mark.parametrize("contact", ["06 12 34 56 78", "awa@exemple.fr"])
def test_the_first_person_welcomes_all_others(kpa, door, contact):
    with kpa.work(OPERATOR) as work:
        code = accounts.first_account(work, "Awa", contact)
    assert door.enter(code).status_code == 303
    for path in ("/membres/nouveau", "/maison", "/roles/kpa", "/moi"):
        assert door.client.get(path).status_code == 200, path


def test_there_is_one_first_person(kpa):
    with kpa.work(OPERATOR) as work:
        accounts.first_account(work, "Awa", "06 12 34 56 78")
        with pytest.raises(Refused):
            accounts.first_account(work, "Ali", "06 99 99 99 99")


def test_a_person_makes_no_first_account(kpa):
    with kpa.work(kpa.person("Awa", "animator")) as work, pytest.raises(Denied):
        accounts.first_account(work, "Ali", "06 99 99 99 99")


def test_a_wrong_contact_makes_nothing(kpa):
    with kpa.work(OPERATOR) as work:
        with pytest.raises(Refused):
            accounts.first_account(work, "Awa", "bonjour")
        accounts.first_account(work, "Awa", "06 12 34 56 78")
