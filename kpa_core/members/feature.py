"""What the core takes from this folder."""

from kpa_core.instance import Feature
from kpa_core.members.personal import erase_personal_data, personal_data
from kpa_core.members.todo import todo
from kpa_core.members.views import blueprint

MEMBERS = Feature(
    name="members",
    blueprints=lambda: (blueprint(),),
    personal_data=personal_data,
    erase_personal_data=erase_personal_data,
    todo=todo,
)
