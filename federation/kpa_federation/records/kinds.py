"""The kinds of record this instance knows: those of every plugin that is running."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from kpa_core.api import N_, KpaError, RecordType, Refused, Work
from kpa_federation.catalogue import schema
from kpa_federation.trust.saying import RESERVED

log = logging.getLogger("kpa.federation")


@dataclass(frozen=True)
class Kinds:
    """Kinds by their key, the plugin that brought each, and why others were refused."""

    types: Mapping[str, RecordType]
    owners: Mapping[str, str]
    refused: tuple[KpaError, ...]

    def get(self, key: str) -> RecordType | None:
        """Return a kind, or None for one that no plugin here brings."""
        return self.types.get(key)

    def known(self, key: str) -> RecordType:
        """Return a kind.

        Raises:
            Refused: no plugin here brings it.
        """
        if key not in self.types:
            raise Refused(
                N_("Aucun module d'ici ne connaît « {kind} »."), field="kind", kind=key[:120]
            )
        return self.types[key]


def kinds(work: Work) -> Kinds:
    """Ask every plugin for its kinds of record; a wrong one is left out, and the others stay."""
    types: dict[str, RecordType] = {}
    owners: dict[str, str] = {}
    refused: list[KpaError] = []
    plugins = work.instance.plugins
    for plugin in plugins.names():
        try:
            brought = plugins.ask_or_skip(plugin, "register_record_types") or []
        except KpaError as error:
            refused.append(error)
            continue
        for kind in brought:
            fault = _fault(kind, plugin, owners)
            if fault is None:
                types[kind.key], owners[kind.key] = kind, plugin
            else:
                log.error("%s", fault)
                refused.append(fault)
    return Kinds(types, owners, tuple(refused))


def _fault(kind: RecordType, plugin: str, owners: Mapping[str, str]) -> Refused | None:
    if kind.key in RESERVED:
        return Refused(
            N_("Le module {plugin} apporte « {kind} », qui est au réseau lui-même."),
            plugin=plugin,
            kind=kind.key,
        )
    if kind.key in owners:
        return Refused(
            N_("Le module {plugin} apporte « {kind} », que {other} apporte déjà."),
            plugin=plugin,
            kind=kind.key,
            other=owners[kind.key],
        )
    found = schema.faults(kind)
    if not found:
        return None
    return Refused(
        N_("Le module {plugin} apporte « {kind} » mal écrit : {fault}."),
        plugin=plugin,
        kind=str(kind.key)[:120],
        fault="; ".join(found)[:300],
    )
