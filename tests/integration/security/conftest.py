"""The world of two activities, shared with the tests of rights."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "rights"))
sys.path.insert(0, str(Path(__file__).parent))

from world.fixtures import whole_world as whole_world
from world.fixtures import without_csrf as without_csrf
from world.fixtures import world as world
