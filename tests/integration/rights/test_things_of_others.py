"""R37, R38: whoever acts in B brings nothing of A into it by a field of a form."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

from werkzeug.routing import Rule
from world import World, asking, doing
from world.filling import Form
from world.places import OF_KPA, OF_PERSON

OF_B = ("participant_b", "referent_b", "treasurer_b", "host_b")
SHARED = {*OF_KPA, *OF_PERSON, "carrier_id", "policy_carrier_id"}
"""The whole KPA's: a person may enter another activity, and a group chooses who invoices."""


def test_no_field_takes_a_thing_of_another_activity(without_csrf: World) -> None:
    world, tried, taken = without_csrf, set(), []
    for rule in doing.posting(world).values():
        for who, url in addresses_in_b(world, rule):
            form = Form(asking.ask(world, who, "GET", url, {}).text, url)
            for name, foreign in fields_for_things(world, form):
                tried.add((rule.endpoint, name))
                sent = {**form.filled(), name: str(foreign), "idempotency_key": uuid4().hex}
                answer = asking.ask(world, who, "POST", url, sent)
                if answer.status_code not in (404, 422):
                    taken.append((who, rule.endpoint, name, answer.status_code))
                world.rewind()
    assert not taken
    assert len(tried) > 5, tried


def addresses_in_b(world: World, rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield who of B may open a form about B, and where."""
    for who in OF_B if "GET" in (rule.methods or ()) else ():
        actor = world.cast[who]
        for one in asking.addresses(world, rule, actor):
            wanted = one.method == "POST" and one.variant in ("", "B")
            if wanted and asking.expected(world, one, actor):
                yield who, one.url


def fields_for_things(world: World, form: Form) -> Iterator[tuple[str, UUID]]:
    """Yield each field that holds a thing of B, with the same thing of A."""
    same = {
        str(thing): world.a.ids[name] for name, thing in world.b.ids.items() if name not in SHARED
    }
    for control in form.controls.values():
        there = [one for one in (control.value, *control.options) if one in same]
        if there:
            yield control.name, same[there[0]]
