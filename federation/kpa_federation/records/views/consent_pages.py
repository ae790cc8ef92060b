"""The page where an adult says whether records may name them."""

from __future__ import annotations

from flask import Response, request

from kpa_core.api import Pages, current_work, page, say, see
from kpa_federation.records import naming
from kpa_federation.records.views.reading_pages import FOLDER
from kpa_federation.texts import gettext as _


def add(pages: Pages) -> None:
    """Add this page to the blueprint."""

    @pages.get("/fiches/mon-nom", needs=naming.READ)
    def my_name() -> Response:
        return page(f"{FOLDER}my_name.html", agrees=naming.agrees(current_work()))

    @pages.post("/fiches/mon-nom", needs=naming.READ)
    def say_my_name() -> Response:
        naming.agree(current_work(), request.form.get("answer") == "yes")
        say(_("C'est noté."))
        return see("federation.my_name")
