"""What waits to leave for other machines, why, and what a person can do about it."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from kpa_core import jobs, outbox, remotes
from kpa_core.contracts import INSTANCE
from kpa_core.errors import N_
from kpa_core.pages import Pages, current_work, page, say, see
from kpa_core.pages.current import current_instance

A_PAGE = 100
"""How many rows are shown at once, the oldest first."""
STUCK = ("unknown", "failed", "dead")


def blueprint() -> Pages:
    """Return the page of the outbox and its three buttons."""
    anywhere = {
        "job_id": lambda _session, _id: INSTANCE,
        "remote_id": lambda _session, _id: INSTANCE,
    }
    pages = Pages("outbox", __name__, scopes=anywhere)

    @pages.get("/maison/envois", needs="house.read")
    def waiting() -> Response:
        work, instance = current_work(), current_instance()
        counts = jobs.count_waiting(work)
        return page(
            "house/outbox.html",
            rows=list(jobs.waiting(work, most=A_PAGE)),
            counts=counts,
            hidden=max(sum(counts.values()) - A_PAGE, 0),
            away=remotes.away(work.session),
            states=outbox.STATE_LABELS,
            stuck=STUCK,
            label=lambda kind: jobs.label_of(instance, kind),
        )

    @pages.post("/maison/envois/<uuid:job_id>/encore", needs="house.operate")
    def retry(job_id: UUID) -> Response:
        jobs.retry(current_work(), job_id)
        say(N_("C'est remis dans la file."))
        return see("outbox.waiting")

    @pages.post("/maison/envois/<uuid:job_id>/abandon", needs="house.operate")
    def give_up(job_id: UUID) -> Response:
        jobs.give_up(current_work(), job_id)
        say(N_("C'est abandonné."))
        return see("outbox.waiting")

    @pages.post("/maison/machines/<uuid:remote_id>/essayer", needs="house.operate")
    def try_now(remote_id: UUID) -> Response:
        jobs.try_now(current_work(), remote_id)
        say(N_("On essaie tout de suite."))
        return see("outbox.waiting")

    return pages
