"""The core's own features, in the order of their layers, and how an instance opens with them."""

from __future__ import annotations

from pathlib import Path

from kpa_core import instance
from kpa_core.accounts.feature import ACCOUNTS
from kpa_core.activities.feature import ACTIVITIES
from kpa_core.instance import Feature, Instance
from kpa_core.invoices.feature import INVOICES
from kpa_core.members.feature import MEMBERS
from kpa_core.sharing.feature import SHARING

FEATURES: tuple[Feature, ...] = (MEMBERS, ACCOUNTS, ACTIVITIES, INVOICES, SHARING)


def open_instance(root: Path, *, strict: bool = False) -> Instance:
    """Open the instance in ``root`` with every feature of the core.

    Raises:
        Misuse: its settings are missing or wrong.
    """
    return instance.open_at(root, features=FEATURES, strict=strict)
