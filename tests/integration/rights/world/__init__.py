"""Two activities with two carriers, one person of each kind, and one object of every kind in each.

The tests of rights and of attacks share it: ``rights/conftest.py`` and ``security/conftest.py`` put
this folder on the path.
"""

from world.build import World as World
from world.build import build as build
from world.people import ACTORS as ACTORS
from world.people import Cast as Cast
from world.places import Place as Place
from world.places import Where as Where
