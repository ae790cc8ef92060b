"""What the core takes from this folder."""

from kpa_core.instance import Feature
from kpa_core.members.views import blueprint

MEMBERS = Feature(name="members", blueprints=lambda: (blueprint(),))
