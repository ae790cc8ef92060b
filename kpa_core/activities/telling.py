"""Who is told what: a new request, a task given or taken back."""

from __future__ import annotations

from uuid import UUID

from kpa_core.accounts import messages
from kpa_core.activities.models import Order, Task
from kpa_core.errors import N_
from kpa_core.members.roles import holders
from kpa_core.work import Work


def tell_of_request(work: Work, order: Order) -> None:
    """Tell the referents of an activity that a customer asks for something."""
    for person_id in holders(work.session, "referent", work.today, order.activity_id):
        messages.send(
            work,
            person_id,
            "order.asked",
            N_("{kpa} : une nouvelle demande"),
            N_("Bonjour {name}. {customer} demande : {title}. Son numéro : {reference}."),
            key=f"order.asked:{order.id}:{person_id}",
            customer=order.customer.name,
            title=order.title,
            reference=order.reference,
        )


def tell_of_task(work: Work, task: Task, person_id: UUID, *, given: bool) -> None:
    """Tell a person that a task is theirs, or no longer; who does it themselves knows."""
    if person_id == work.actor.party_id or task.last_day < work.today:
        return
    if given:
        subject = N_("{kpa} : une tâche pour toi")
        text = N_("Bonjour {name}. « {title} » est pour toi, le {day:%d/%m/%Y} à {hour:%H:%M}.")
    else:
        subject = N_("{kpa} : une tâche en moins")
        text = N_("Bonjour {name}. « {title} », le {day:%d/%m/%Y}, n'est plus pour toi.")
    messages.send(
        work,
        person_id,
        "task.given" if given else "task.taken",
        subject,
        text,
        title=task.title,
        day=task.day,
        hour=task.starts_at,
    )
