"""The public list of instances, for people and for machines."""

from __future__ import annotations

from flask import Response

from kpa_core.api import Pages, current_work, page
from kpa_federation.network import directory
from kpa_federation.own.writing import own_origin
from kpa_federation.protocol import canonical


def add(pages: Pages) -> None:
    """Add the list to the blueprint."""

    @pages.get("/reseau", needs="public.read")
    def network() -> Response:
        return page("federation/network/directory.html", found=directory.instances(current_work()))

    @pages.machine("/v1/instances", needs="public.read")
    def instances() -> Response:
        work = current_work()
        found = [one.facts() for one in directory.instances(work)]
        said = {"instances": found, "node": own_origin(work.session)}
        return Response(canonical.write(said), mimetype="application/json")
