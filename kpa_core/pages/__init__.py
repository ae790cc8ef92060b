"""What views are made of: guarded routes, forms, answers.

A view parses, calls one service function, and renders or redirects. It declares the capability it
``needs``; the route checks it, on the object its address names, before the view runs.
"""

from kpa_core.pages.answers import download as download
from kpa_core.pages.answers import page as page
from kpa_core.pages.answers import say as say
from kpa_core.pages.answers import see as see
from kpa_core.pages.current import current_work as current_work
from kpa_core.pages.routes import Pages as Pages
