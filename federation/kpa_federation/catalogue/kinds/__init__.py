"""The two first kinds of record: what a group can do, and what it learned.

Kinds are named under one domain, ``kpa-cite.fr``, after the programme whose groups share them; it
is a name, and no machine is ever asked for it.
"""

from __future__ import annotations

from kpa_core.api import RecordType
from kpa_federation.catalogue.kinds.learning import LEARNING
from kpa_federation.catalogue.kinds.resource import RESOURCE

RECORD_TYPES: tuple[RecordType, ...] = (RESOURCE, LEARNING)
BY_KEY = {kind.key: kind for kind in RECORD_TYPES}
