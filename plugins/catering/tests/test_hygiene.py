"""The hygiene log: limits, what was done, lots, corrections that erase nothing, and the end."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from PIL import Image
from sqlalchemy.exc import IntegrityError

from kpa_catering import controls, people
from kpa_catering.control_models import ControlRow
from kpa_catering.controls import Control
from kpa_catering.hygiene import KEPT_DAYS, POINTS, read_tenths, shown
from kpa_core.activities.models import Order
from kpa_core.api import Conflict, NotFound, Refused, StoredFile, now

FRIDGE = Control("fridge", "Frigo 1", 30)


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 20), "teal").save(out, "JPEG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("typed", "tenths"),
    [("3", 30), ("3,5", 35), ("-18", -180), ("\N{MINUS SIGN}18.5 °C", -185), ("63°c", 630)],
)
def test_a_temperature_is_read_as_a_cook_writes_it(typed, tenths):
    assert read_tenths(typed) == tenths
    assert read_tenths(shown(tenths)) == tenths


@pytest.mark.parametrize("typed", ["", "froid", "3,55", "--3", "-61", "301", "٣", "1e1"])
def test_refused_temperatures(typed):
    with pytest.raises(Refused):
        read_tenths(typed)


EDGES = [
    ("fridge", (-1, 0, 30, 31)),
    ("freezer", (None, None, -180, -179)),
    ("cold_in", (None, None, 40, 41)),
    ("frozen_in", (None, None, -180, -179)),
    ("hot", (629, 630, None, None)),
    ("cooled", (None, None, 100, 101)),
    ("reheated", (629, 630, None, None)),
    ("carried_cold", (None, None, 30, 31)),
]


@pytest.mark.parametrize(("kind", "edges"), EDGES)
def test_the_limits_of_the_order_of_2009_to_the_tenth(kind, edges):
    under, least, most, over = edges
    point = POINTS[kind]
    assert not any(point.outside(one) for one in (least, most) if one is not None)
    assert all(point.outside(one) for one in (under, over) if one is not None)
    assert point.act


def test_every_kind_measured_has_limits():
    assert {one.key for one in POINTS.values() if one.measured} == {kind for kind, _ in EDGES}


def test_out_of_the_limits_asks_what_was_done(moulins):
    with moulins.work() as work:
        with pytest.raises(Refused) as refused:
            controls.add_control(work, moulins.catering, Control("fridge", "Frigo 1", 71))
        assert refused.value.field == "action"
        done = Control("fridge", "Frigo 1", 71, action="Tout mis au frigo 2.")
        row = controls.add_control(work, moulins.catering, done)
        assert row.outside
        assert (row.least_tenths, row.most_tenths) == (0, 30)
        work.session.refresh(row)
        assert row.proof.said_by == moulins.cook.party_id


MISSING = [
    (Control("fridge", " ", 30), "what"),
    (Control("fridge", "Frigo"), "temperature"),
    (Control("lot_in", "Poulet", supplier="Ferme"), "lot"),
    (Control("lot_in", "Poulet", lot="L1"), "supplier"),
    (Control("fridge", "F", 30, order="C-1999-0001"), "order"),
    (Control("fridge", "F" * 201, 30), "what"),
]


@pytest.mark.parametrize(("new", "field"), MISSING)
def test_what_is_missing_is_said_at_its_field(moulins, new, field):
    with moulins.work() as work, pytest.raises(Refused) as refused:
        controls.add_control(work, moulins.catering, new)
    assert refused.value.field == field


def test_a_lot_is_of_an_order_of_its_own_activity(moulins):
    ours, theirs = moulins.order(), moulins.order(activity=moulins.bikes)
    with moulins.kpa.work() as work:
        ref, other = (work.session.get_one(Order, one).reference for one in (ours, theirs))
    with moulins.work() as work:
        used = Control("lot_used", "Poulet", lot="L42", order=ref)
        row = controls.add_control(work, moulins.catering, used)
        assert row.order_id == ours
        assert [one.row.id for one in controls.log_of(work, moulins.catering, ours)] == [row.id]
    with moulins.kpa.work() as work, pytest.raises(Refused):
        controls.add_control(work, moulins.catering, Control("fridge", "F", 30, order=other))


def test_a_correction_is_another_line_and_the_first_one_stays(moulins):
    with moulins.work() as work:
        first = controls.add_control(work, moulins.catering, FRIDGE)
        with pytest.raises(Refused):
            controls.correct(work, first.id, Control("fridge", "Frigo 1", 20), " ")
        second = controls.correct(work, first.id, Control("fridge", "Frigo 1", 20), "Mal lu")
        with pytest.raises(Conflict):
            controls.correct(work, first.id, FRIDGE, "Encore")
        lines = controls.log_of(work, moulins.catering)
        assert [(one.row.id, one.row.tenths, one.corrected) for one in lines] == [
            (second.id, 20, False),
            (first.id, 30, True),
        ]


def test_a_line_neither_changes_nor_goes(moulins):
    with moulins.work() as work:
        row_id = controls.add_control(work, moulins.catering, FRIDGE).id
    with moulins.kpa.work() as work, pytest.raises(Refused), work.transaction() as session:
        session.get_one(ControlRow, row_id).tenths = 20
    with moulins.kpa.work() as work, pytest.raises(Refused), work.transaction() as session:
        session.delete(session.get_one(ControlRow, row_id))


def test_the_database_itself_refuses_an_excess_without_what_was_done(moulins):
    row = {"activity_id": moulins.catering, "kind": "fridge", "at": now(), "what": "F"}
    row |= {"tenths": 71, "least_tenths": 0, "most_tenths": 30}
    with moulins.work() as work, work.transaction() as session:
        add = session.connection().execute
        with pytest.raises(IntegrityError):
            add(sa.insert(ControlRow.__table__).values(**row))


def test_the_log_is_for_the_activity_alone(moulins):
    with moulins.work() as work:
        row_id = controls.add_control(work, moulins.catering, FRIDGE).id
    for actor in (moulins.rider, moulins.member):
        with moulins.work(actor) as work:
            for act in (
                lambda work=work: controls.log_of(work, moulins.catering),
                lambda work=work: controls.add_control(work, moulins.catering, FRIDGE),
                lambda work=work: controls.correct(work, row_id, FRIDGE, "non"),
                lambda work=work: controls.photo_of(work, row_id),
            ):
                with pytest.raises(NotFound):
                    act()


def test_names_and_photos_go_after_five_years_and_not_before(moulins, monkeypatch):
    ids = []
    for days in (KEPT_DAYS + 1, KEPT_DAYS - 1):
        past = now() - timedelta(days=days)
        monkeypatch.setattr(controls, "now", lambda past=past: past)
        new = Control("fridge", "Frigo", 30, photo=photo())
        with moulins.work() as work:
            ids.append(controls.add_control(work, moulins.catering, new).id)
    monkeypatch.undo()
    with moulins.kpa.work() as work:
        controls.forget_old(work, {})
    with moulins.work() as work:
        old, young = (controls.find_control(work, one) for one in ids)
        assert old.proof is None
        assert old.tenths == 30
        assert young.proof.said_by == moulins.cook.party_id
        assert controls.photo_of(work, young.id)
        assert work.session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 1


def test_a_person_is_told_their_lines_and_leaves_without_their_name(moulins):
    with moulins.work() as work:
        controls.add_control(work, moulins.catering, FRIDGE)
    with moulins.kpa.work() as work, work.transaction() as session:
        (told,) = people.answers_of(session, moulins.cook.party_id)
        assert "Frigo 1" in told.value
        people.forget_person(session, moulins.cook.party_id)
        assert not list(people.answers_of(session, moulins.cook.party_id))
        assert session.scalar(sa.select(ControlRow.tenths)) == 30


def test_a_day_on_the_phone(moulins):
    order_id = moulins.order()
    with moulins.kpa.work() as work:
        ref = work.session.get_one(Order, order_id).reference
    log = f"/catering/hygiene/{moulins.catering}"
    with moulins.kpa.client_for(moulins.cook) as cook:
        assert "Carnet d" in cook.get("/catering/menus").text
        asked = cook.get(f"{log}/fridge?commande={ref}")
        assert "Bon : de 0\N{NO-BREAK SPACE}°C à 3\N{NO-BREAK SPACE}°C" in asked.text
        assert f'value="{ref}"' in asked.text
        assert 'name="lot"' not in asked.text
        hot = cook.submit(f"{log}/fridge", what="Frigo 1", temperature="7,5")
        assert hot.status == 422
        assert 'id="action-error"' in hot.text
        fields = {"what": "Frigo 1", "temperature": "7,5", "action": "Tout déplacé"}
        picture = (io.BytesIO(photo()), "photo.jpg")
        page = cook.submit(f"{log}/fridge", **fields, order=ref, photo=picture)
        assert page.status == 200
        assert "Hors limite" in page.text
        assert "Amina" in page.text
        lot = {"what": "Poulet", "lot": "L42", "supplier": "La ferme", "best_before": "2030-01-02"}
        assert "L42" in cook.submit(f"{log}/lot_in", **lot).text
        with moulins.work() as work:
            measured = next(one.row for one in controls.log_of(work, moulins.catering, order_id))
        line = f"/catering/hygiene/lignes/{measured.id}"
        assert cook.client.get(f"{line}/photo").mimetype == "image/jpeg"
        fields = {"what": "Frigo 1", "temperature": "2,5", "why": "Mal lu"}
        page = cook.submit(f"{line}/corriger", **fields)
        assert "Corrigée plus tard" in page.text
        assert "Correction : Mal lu" in page.text
        assert "L42" not in cook.get(f"{log}?commande={ref}").text
        assert cook.get("/catering/hygiene").status == 200
        assert cook.client.get(f"{log}/autre").status_code == 404
    with moulins.kpa.client_for(moulins.member) as other:
        assert other.client.get(f"{line}/photo").status_code in (403, 404)
