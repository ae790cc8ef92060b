"""The first kinds of record: what a group can do, what it learned, and who it is.

Kinds are named under one domain, ``kpa-cite.fr``, after the programme whose groups share them; it
is a name, and no machine is ever asked for it.
"""

from __future__ import annotations

from kpa_core.api import RecordType
from kpa_federation.catalogue.kinds.instance import INSTANCE
from kpa_federation.catalogue.kinds.learning import LEARNING
from kpa_federation.catalogue.kinds.resource import RESOURCE

RECORD_TYPES: tuple[RecordType, ...] = (RESOURCE, LEARNING, INSTANCE)
BY_KEY = {kind.key: kind for kind in RECORD_TYPES}
ABOUT_US = frozenset((INSTANCE.key,))
"""Kinds with pages of their own: they are not among what there is to read, nor taken over."""
