"""Mount every blueprint, and see that no door stands without its lock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask
from werkzeug.routing import Rule
from werkzeug.routing.converters import UUIDConverter

from kpa_core.errors import N_, KpaError, NotFound, PluginError, StartError
from kpa_core.instance import Instance
from kpa_core.pages.routes import Pages, ScopeOf
from kpa_core.web import house

OPEN = {"static": "public.read"}
"""Routes that Flask makes itself, with the capability they stand for."""


def install(app: Flask, instance: Instance) -> None:
    """Mount the core's pages, then each plugin's under its own name.

    Raises:
        StartError: a core page has no lock. A plugin's refuses that plugin instead.
    """
    scopes: dict[str, ScopeOf] = {}
    instance.scopes = scopes
    own = [pages for feature in instance.features for pages in feature.blueprints()]
    for pages in [*house.blueprints(), *own, *_closed(instance)]:
        scopes.update(pages.scopes)
        app.register_blueprint(pages)
    check(app.url_map.iter_rules(), app, instance, scopes)
    for name in instance.plugins.names():
        try:
            _mount_plugin(app, instance, name, scopes)
        except KpaError as error:
            instance.refuse(name, error)


def _closed(instance: Instance) -> Iterator[Pages]:
    """Give the pages of features this kind of instance has not: known by name, and never found."""
    for feature in instance.closed:
        for pages in feature.blueprints():
            pages.before_request(_not_here)
            yield pages


def _not_here() -> None:
    raise NotFound()


def _mount_plugin(app: Flask, instance: Instance, name: str, scopes: dict[str, ScopeOf]) -> None:
    """Try the plugin's pages on a spare application first: Flask cannot take a blueprint back."""
    blueprints = instance.plugins.ask_or_skip(name, "register_blueprints") or []
    if any(rule.rule.split("/")[1] == name for rule in app.url_map.iter_rules()):
        raise PluginError(name, N_("l'adresse /{name} est celle d'une page du cœur."), name=name)
    spare = Flask("spare", static_folder=None)
    mine = dict(scopes)
    for pages in blueprints:
        if not isinstance(pages, Pages):
            raise PluginError(name, N_("ses pages doivent être faites avec kpa_core.api.Pages."))
        if pages.name in app.blueprints:
            raise PluginError(
                name, N_("ses pages {pages!r} existent déjà ailleurs."), pages=pages.name
            )
        if pages.name != name and not pages.name.startswith(f"{name}_"):
            raise PluginError(name, N_("ses pages doivent porter son nom."))
        taken = set(pages.scopes) & set(scopes)
        if taken:
            raise PluginError(name, N_("« {name} » est déjà placé par un autre."), name=min(taken))
        mine.update(pages.scopes)
        try:
            spare.register_blueprint(pages, url_prefix=f"/{name}")
        except (ValueError, AssertionError) as error:  # twice the same name or view
            raise PluginError(
                name, N_("ses pages ne vont pas ensemble : {detail}"), detail=error
            ) from error
    try:
        check(spare.url_map.iter_rules(), spare, instance, mine, owner=name)
    except StartError as error:
        params: dict[str, Any] = error.params
        raise PluginError(name, error.message, **params) from error
    for pages in blueprints:
        app.register_blueprint(pages, url_prefix=f"/{name}")
    scopes.update(mine)


def check(
    rules: Iterable[Rule],
    app: Flask,
    instance: Instance,
    scopes: dict[str, ScopeOf],
    owner: str = "",
) -> None:
    """See that every route declares a known capability and that its ids can be placed.

    Raises:
        StartError: one does not; the sentence names it.
    """
    for rule in rules:
        if rule.endpoint in OPEN:
            continue
        door = getattr(app.view_functions[rule.endpoint], "kpa_door", None)
        if door is None or door.needs not in instance.rights:
            raise StartError(
                N_("La page {page} ne dit pas quel droit elle demande. Ajoute needs=…."),
                page=rule.rule,
            )
        if owner and instance.rights.owners[door.needs] not in ("", owner):
            raise StartError(
                N_("La page {page} demande le droit d'un autre module."), page=rule.rule
            )
        for name, converter in rule._converters.items():
            if isinstance(converter, UUIDConverter) and name not in scopes:
                raise StartError(
                    N_("La page {page} nomme {name}, que personne ne sait placer."),
                    page=rule.rule,
                    name=name,
                )
