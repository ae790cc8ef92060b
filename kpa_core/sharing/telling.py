"""Tell people that a share-out waits for their answer. No amount leaves the site."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from kpa_core.accounts import messages
from kpa_core.activities.models import Order
from kpa_core.errors import N_
from kpa_core.sharing.models import ShareOut
from kpa_core.work import Work

SUBJECT = N_("Un partage attend ta réponse")
TEXT = N_(
    "Bonjour {name}. L'argent de « {title} » est arrivé. Dis si tu es d'accord avec ta part, "
    "sur la page « Mes parts » de {kpa} : {url}"
)


def tell_people(work: Work, share_out: ShareOut, order: Order, people: Iterable[UUID]) -> None:
    """Send each person one message about a proposal, in the current transaction."""
    base = work.instance.settings.instance.base_url.rstrip("/")
    for person_id in people:
        messages.send(
            work,
            person_id,
            "share.proposed",
            SUBJECT,
            TEXT,
            key=f"share.proposed:{share_out.id}:{person_id}",
            title=order.title,
            url=f"{base}/mes-parts",
        )
