"""The web application of one instance."""

from kpa_core.web.app import create_app as create_app
