"""AT Proto: one repository, its CAR over HTTP as a PDS sends it. The npm package @atproto/repo."""

from __future__ import annotations

from npm_system import NpmSystem


class AtProto(NpmSystem):
    """One signed tree of all records; ``getRepo``, then ``getRepo`` since a revision."""

    name, script = "atproto", "atproto_side.mjs"
    verified = "every record by a signed tree, and that nothing is left out; no history, no licence"
