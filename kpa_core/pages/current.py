"""The unit of work of the request being answered."""

from __future__ import annotations

from typing import cast

from flask import current_app, g, request

from kpa_core.instance import Instance
from kpa_core.work import VISITOR, Work


def current_instance() -> Instance:
    """Return the instance this app serves."""
    return cast(Instance, current_app.extensions["kpa"])


def current_work() -> Work:
    """Return the request's work, opened at first use with the person signed in as actor."""
    if "work" not in g:
        actor_of = current_app.extensions["kpa_actor"]
        work = current_instance().work(request_id=g.request_id)
        g.work = work
        current_instance().read_plugin_states(work.session)
        work.actor = VISITOR if is_for_machines() else actor_of(work)
    return cast(Work, g.work)


def is_for_machines() -> bool:
    """Tell whether the page asked for answers machines: cookies count for nothing there."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(getattr(view, "kpa_door", None), "for_machines", False)


def close_work(_error: BaseException | None = None) -> None:
    """End the request's work."""
    work = g.pop("work", None)
    if work is not None:
        work.close()
