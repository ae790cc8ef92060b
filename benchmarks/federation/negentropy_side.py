"""Negentropy, as Nostr relays speak it: reconcile ids, then fetch what is missing, over HTTP.

The npm package applesauce-relay carries the reference implementation, for both ends.
"""

from __future__ import annotations

from npm_system import NpmSystem


class Live(NpmSystem):
    """A set that an event leaves when a newer one replaces it."""

    name, script, keep = "negentropy", "negentropy_side.mjs", "live"
    verified = "every event by its hash; nobody signed the set, nothing tells what is left out"


class All(Live):
    """A set that replaced events stay in: what is new is then at its end, which is cheaper."""

    name, keep = "neg. all", "all"
    verified = "the same; what was replaced stays and is sent to newcomers"
