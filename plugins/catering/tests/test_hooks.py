"""What the plugin tells the core: its contract, its checks, what it knows of people."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from kpa_catering import CateringPlugin, orders, pantry
from kpa_catering.allergens import Allergen, Presence
from kpa_catering.models import TABLES, DeclarationRow, IngredientRow
from kpa_catering.recipes import Pack
from kpa_catering.settings import Settings
from kpa_catering.units import Quantity, Unit
from kpa_core.activities.models import Order
from kpa_core.activities.service import order_ref
from kpa_core.api import Base
from kpa_core.config import Settings as KpaSettings
from kpa_core.instance import Instance
from kpa_core.testing import TestKpa, check_plugin
from kpa_core.work import collect


def ask(moulins, hook, **arguments):
    """Return what the plugin answers to a hook that works with the database."""
    with moulins.kpa.work() as work, work.transaction():
        ((name, answers),) = collect(work, hook, **arguments)
    assert name == "catering"
    return answers


def cards(moulins, order_id):
    with moulins.kpa.work() as work:
        order = order_ref(work.session.get_one(Order, order_id))
    return ask(moulins, "order_cards", order=order)


def test_keeps_the_plugin_contract():
    check_plugin(CateringPlugin)


def shape(engine):
    """Return what a database says of the plugin's tables, checks included."""
    inspector = sa.inspect(engine)
    return {
        model.__tablename__: (
            {one["name"]: (str(one["type"]), one["nullable"]) for one in columns},
            inspector.get_pk_constraint(model.__tablename__),
            {one["name"]: one["sqltext"] for one in checks},
            {one["name"]: one["column_names"] for one in uniques},
            {one["name"]: one["referred_table"] for one in points},
            {one["name"]: one["column_names"] for one in indexes},
        )
        for model in TABLES
        for columns in [inspector.get_columns(model.__tablename__)]
        for checks in [inspector.get_check_constraints(model.__tablename__)]
        for uniques in [inspector.get_unique_constraints(model.__tablename__)]
        for points in [inspector.get_foreign_keys(model.__tablename__)]
        for indexes in [inspector.get_indexes(model.__tablename__)]
    }


def test_migrations_make_what_the_models_say_down_to_the_checks(tmp_path):
    # On SQLite only: PostgreSQL writes checks back in its own words.
    kpa = TestKpa.make(tmp_path / "kpa", plugins=[CateringPlugin])
    made = sa.create_engine("sqlite://")
    Base.metadata.create_all(made)
    assert shape(kpa.instance.engine) == shape(made)
    made.dispose()
    kpa.close()


def test_the_kitchen_adds_an_activity_and_its_rights(moulins):
    instance = moulins.kpa.instance
    plugin, kind = instance.registered.activity_types["catering"]
    assert (plugin, str(kind.label)) == ("catering", "Traiteur")
    rights = {key for key, owner in instance.rights.owners.items() if owner == "catering"}
    assert rights == {f"catering.{one}" for one in ("read", "write", "choose", "log")}


def test_the_card_of_an_order_says_what_was_chosen(moulins):
    order_id, menu_id = moulins.order(), moulins.buffet()
    (card,) = cards(moulins, order_id)
    assert (card.data["choice"], card.data["may_change"]) == (None, True)
    with moulins.work() as work:
        orders.choose(work, order_id, menu_id, 1500, Settings())
    (card,) = cards(moulins, order_id)
    assert (card.needs, card.data["choice"].plan.cost.total_cents) == ("order.read", 19_800)
    assert card.data["other_guests"] is False
    with moulins.kpa.work() as work, work.transaction() as session:
        session.get_one(Order, order_id).guests = 41
    assert cards(moulins, order_id)[0].data["other_guests"] is True


def test_an_order_of_another_kind_has_no_card_and_no_line(moulins):
    order_id = moulins.order(activity=moulins.bikes)
    assert cards(moulins, order_id) == []


def test_the_doctor_names_the_prices_that_are_old(moulins):
    moulins.buffet()
    (fine,) = ask(moulins, "health_checks")
    assert (fine.ok, fine.detail) == (True, "")
    with moulins.work() as work:
        long_ago = work.today - timedelta(days=181)
        pantry.add_ingredient(work, "Jamais servi", Pack(Quantity(1, Unit.KG), "", 100))
    with moulins.kpa.work() as work, work.transaction() as session:
        used = IngredientRow.name.in_(("Ail", "Jamais servi"))
        session.execute(sa.update(IngredientRow).where(used).values(priced_on=long_ago))
    (ill,) = ask(moulins, "health_checks")
    assert not ill.ok
    assert "Prix de plus de 180 jours : 1. Regarde les tickets : Ail" in str(ill.detail)


def test_a_person_sees_their_answers_and_leaves_without_them(moulins):
    with moulins.work() as work:
        row = pantry.add_ingredient(work, "Dattes", Pack(Quantity(1, Unit.KG)))
        pantry.declare(work, row.id, Allergen.SULPHITES, Presence.ABSENT, "étiquette")
    with moulins.work(moulins.kpa.person("Rose", ("participant", {}))) as work:
        pantry.declare(work, row.id, Allergen.NUTS, Presence.ABSENT, "vendeur")

    person = {"person_id": moulins.cook.party_id}
    (item,) = ask(moulins, "personal_data", **person)
    assert item.value.startswith("Dattes, Sulfites (fruits secs, vin, vinaigre) : Non, c'est")
    assert "étiquette" in item.value

    for _ in range(2):
        with moulins.kpa.work() as work, work.transaction():
            list(collect(work, "erase_personal_data", **person))
    assert ask(moulins, "personal_data", **person) == []
    with moulins.kpa.work() as work:
        kept = work.session.scalars(sa.select(DeclarationRow).order_by(DeclarationRow.id))
        assert [(one.presence, one.said_by is None) for one in kept] == [
            ("absent", True),
            ("absent", False),
        ]


REFUSED_SETTINGS = {
    "an unknown word": {"vat": 1000},
    "a word": {"vat_rate_bp": "beaucoup"},
    "a negative rate": {"vat_rate_bp": -1},
    "a rate above the whole": {"vat_rate_bp": 10_001},
    "a rate of the past": {"vat_rate_bp": 1960},
    "guests of 2^63": {"most_guests": 2**63},
}


@pytest.mark.parametrize("table", REFUSED_SETTINGS.values(), ids=REFUSED_SETTINGS)
def test_refused_settings(tmp_path, table):
    settings = KpaSettings(
        root=tmp_path,
        instance={"name": "KPA"},
        plugin={"catering": table},
        secrets={"data": {"env": "KPA_TEST_KEY"}},
    )
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("KPA_TEST_KEY", "A" * 43 + "=")
        instance = Instance(settings, plugin_classes=[CateringPlugin])
    state = instance.plugins.states["catering"]
    instance.close()
    assert state.state == "refused"
    assert next(iter(table)) in state.reason
