"""What the core takes from this folder."""

from kpa_core.activities.personal import erase_personal_data, personal_data
from kpa_core.activities.todo import todo
from kpa_core.activities.views import blueprint
from kpa_core.instance import Feature

ACTIVITIES = Feature(
    name="activities",
    kinds=("kpa",),
    rights=(
        "public.ask",
        "activity.",
        "customer.",
        "order.",
        "quote.",
        "task.",
        "contribution.",
        "impact.",
        "role.grant.participant",
    ),
    blueprints=lambda: (blueprint(),),
    personal_data=personal_data,
    erase_personal_data=erase_personal_data,
    todo=todo,
)
