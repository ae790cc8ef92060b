"""A person's calendar link."""

from __future__ import annotations

from flask import Response, url_for

from kpa_core.activities import calendars
from kpa_core.errors import N_
from kpa_core.pages import Pages, current_work, download, page, say, see


def add_to(pages: Pages) -> None:
    """Add the pages of calendar links."""

    @pages.get("/planning/agenda", needs="account.own")
    def calendar() -> Response:
        work = current_work()
        return page("activities/calendar.html", link="", is_open=calendars.has_calendar(work))

    # Not remembered: the address is shown once, and sending twice only makes a newer one.
    @pages.post("/planning/agenda", needs="account.own", once=False)
    def open_calendar() -> Response:
        token = calendars.open_calendar(current_work())
        base = current_work().instance.settings.instance.base_url.rstrip("/")
        link = base + url_for("activities.calendar_file", token=token)
        response = page("activities/calendar.html", link=link, is_open=True)
        response.headers["Cache-Control"] = "no-store"
        return response

    @pages.post("/planning/agenda/fermer", needs="account.own")
    def close_calendar() -> Response:
        calendars.close_calendar(current_work())
        say(N_("L'adresse de ton agenda ne marche plus."))
        return see("activities.calendar")

    @pages.get("/agenda/<string(length=43):token>.ics", needs="public.read")
    def calendar_file(token: str) -> Response:
        data = calendars.calendar_of(current_work(), token)
        response = download(data, "text/calendar; charset=utf-8", "planning.ics", inline=True)
        response.headers["Cache-Control"] = "private, no-store"
        return response
