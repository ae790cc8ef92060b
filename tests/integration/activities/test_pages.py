"""The pages: what a visitor, a member and another activity's member see and may send."""

from __future__ import annotations

import re
from datetime import time

import pytest
import sqlalchemy as sa

from kpa_core.activities import (
    answers,
    asking,
    assignments,
    calendars,
    customers,
    offers,
    scopes,
)
from kpa_core.activities.lines import lines_of
from kpa_core.activities.models import Availability, Order
from kpa_core.demo.browser import hidden_fields
from kpa_core.pages.forms import Form, OneOf, Several
from kpa_core.testing import TestKpa
from kpa_core.work import VISITOR

PHONE = "06 12 34 56 78"


@pytest.fixture
def offer(house, referent):
    with house.work(referent) as work:
        new = offers.NewOffer("Buffet oriental", 1500, 1000, unit="personne", lead_days=2)
        made = offers.add_offer(work, house.activity.id, new)
        return offers.set_offer_state(work, made.id, "published")


def test_a_visitor_reads_an_offer_and_asks_for_it(house, site: TestKpa, offer, cook) -> None:
    with site.browser() as visitor:
        assert "Buffet oriental" in visitor.get("/offres").text
        shown = visitor.get(f"/offres/{offer.id}").text
        assert "15,00" in shown
        assert "2 jours pour préparer" in shown
        page = visitor.get(f"/demande?offre={offer.id}").text
        assert re.search(f'<option selected value="{offer.id}">', page)
        thanks = visitor.submit(
            "/demande",
            offer_id=str(offer.id),
            kind="public",
            name="Mairie",
            phone=PHONE,
            guests="40",
            wishes="halal, végé",
            budget_cents="600,50",
        )
        reference = re.search(r"C-\d{4}-\d{4}", thanks.text)[0]
    with house.work(cook) as work:
        order = scopes.order_named(work, reference)
        assert (order.guests, order.wishes, order.budget_cents) == (40, "halal, végé", 60_050)


def test_a_wrong_request_shows_its_error_beside_the_field(house, site: TestKpa) -> None:
    with site.browser() as visitor:
        shown = visitor.submit("/demande", kind="person", name="Petit", wishes="Bonjour")
        assert shown.status == 422
        assert re.search(r'id="phone-error".*?Il manque un téléphone', shown.text, re.S)
    with house.work() as work:
        assert work.session.scalar(sa.select(sa.func.count(Order.id))) == 0


def test_the_same_request_sent_twice_is_one_request(house, site: TestKpa, offer) -> None:
    with site.browser() as visitor:
        hidden = hidden_fields(visitor.get("/demande").text)
        data = {**hidden, "kind": "person", "name": "Petit", "phone": PHONE, "wishes": "Un gâteau"}
        for _ in range(2):
            visitor.client.post("/demande", data=data)
    with house.work() as work:
        assert work.session.scalar(sa.select(sa.func.count(Order.id))) == 1


def test_a_flood_of_requests_is_slowed_down(house, site: TestKpa, offer) -> None:
    with site.browser() as visitor:
        for number in range(11):
            shown = visitor.submit("/demande", kind="person", name=f"P{number}", phone=PHONE)
    assert shown.status == 429
    with house.work() as work:
        assert work.session.scalar(sa.select(sa.func.count(Order.id))) == 10


def test_a_draft_is_not_public(house, site: TestKpa, referent, offer) -> None:
    with house.work(referent) as work:
        offers.set_offer_state(work, offer.id, "draft")
    with site.browser() as visitor:
        assert "Buffet oriental" not in visitor.get("/offres").text
        assert visitor.get(f"/offres/{offer.id}").status == 404


def test_the_thanks_page_repeats_nothing_but_a_reference(site: TestKpa) -> None:
    with site.browser() as visitor:
        assert "Appelle" not in visitor.get("/demande/merci?numero=Appelle+le+0899").text


def test_a_member_prices_and_reads_again(house, site: TestKpa, cook, referent) -> None:
    order = house.order()
    url = f"/commandes/{order.id}"
    with site.client_for(cook) as browser:
        assert "Pas encore de prix" in browser.get(url).text
        browser.submit(f"{url}/prix", page=url)
        shown = browser.get(url).text
        assert "Buffet oriental" in shown
        assert "Achats prévus : 198,00" in shown
        assert "Il manque 2 accords" in shown
        browser.submit(f"{url}/accord", page=url)
        shown = browser.get(url).text
        assert "Amina dit oui" in shown
        assert "Il manque un accord" in shown
        assert f'action="{url}/accord"' not in shown
        with house.work() as work:
            line = lines_of(work.session, order.id)[0]
        changed = browser.submit(
            f"/lignes/{line.id}/changer",
            label="Buffet",
            quantity="40",
            unit_price_cents="16",
            price_basis="net",
            vat_rate_bp="10",
        )
        assert "Il manque 2 accords" in changed.text
        assert "640,00" in changed.text
        assert "On ne connaît pas encore les achats." in changed.text
        assert "changée à la main" in changed.text


def test_the_order_page_shows_the_blocks_of_plugins(house, site: TestKpa, cook) -> None:
    order = house.order()
    with site.client_for(cook) as browser:
        assert "Le menu du jour" in browser.get(f"/commandes/{order.id}").text


def test_one_tap_says_i_come(house, site: TestKpa, cook) -> None:
    task = house.task()
    with site.client_for(cook) as browser:
        url = f"/taches/{task.id}/reponse"
        shown = browser.submit(url, page="/planning", answer="coming").text
        assert re.search(r'value="coming" aria-pressed="true"', shown)
    with house.work() as work:
        assert work.session.scalars(sa.select(Availability.answer)).all() == ["coming"]


def test_who_cannot_have_a_task_is_told_why_and_what_to_do(house, site: TestKpa, referent) -> None:
    newcomer = house.person("Bilal", "participant", light=False)
    task = house.task()
    url = f"/taches/{task.id}"
    with site.client_for(referent) as browser:
        shown = browser.get(url).text
        assert "Bilal n&#39;a pas le feu vert ce jour-là." in shown
        assert "Prépare-le avec la maison qui facture." in shown
        assert f'value="{newcomer.party_id}"' not in shown, "no button to give it to Bilal"
        refused = browser.submit(f"{url}/confier", page=url, person_id=str(newcomer.party_id))
        assert refused.status == 422
        assert "Bilal ne peut pas prendre cette tâche" in refused.text
        assert "Prépare-le avec la maison qui facture." in refused.text
        assert "Personne" in browser.get(url).text


def test_a_task_is_given_and_its_hours_noted_in_few_taps(
    house, site: TestKpa, cook, referent
) -> None:
    task = house.task()
    url = f"/taches/{task.id}"
    with site.client_for(referent) as browser:
        browser.submit(f"{url}/confier", page=url, person_id=str(cook.party_id))
        form = browser.get(f"{url}/heures").text
        assert re.search(rf'<input checked [^>]*value="{cook.party_id}"', form)
        assert 'value="6h00"' in form
        shown = browser.submit(f"{url}/heures", people=[str(cook.party_id)], minutes="6h00")
        assert "6\N{NO-BREAK SPACE}h" in shown.text


def test_a_week_can_be_printed(house, site: TestKpa, cook) -> None:
    house.task("Éplucher")
    with site.client_for(cook) as browser:
        shown = browser.get(f"/activites/{house.activity.id}/semaine")
        assert "Éplucher" in shown.text
        assert "<svg" in shown.text
        elsewhere = browser.get(f"/activites/{house.activity.id}/semaine?jour=2020-01-01")
        assert "Éplucher" not in elsewhere.text
        assert browser.get(f"/activites/{house.activity.id}/semaine?jour=demain").status == 200


def test_the_calendar_address_is_shown_once(house, site: TestKpa, cook) -> None:
    with site.client_for(cook) as browser:
        shown = browser.submit("/planning/agenda", page="/planning/agenda").text
        path = re.search(r'href="http://127\.0\.0\.1:8000(/agenda/[^"]+)"', shown)[1]
        assert path not in browser.get("/planning/agenda").text
    with site.browser() as phone:
        answer = phone.client.get(path)
        assert answer.mimetype == "text/calendar"
        assert phone.get(path.replace(path[8:12], "AAAA")).status == 404
    with house.work(cook) as work:
        calendars.close_calendar(work)
    with site.browser() as phone:
        assert phone.get(path).status == 404


def test_another_activity_finds_no_page(house, site: TestKpa, cook) -> None:
    order, task = house.priced(), house.task()
    sewing = house.start("Couture")
    tailor = house.person("Zora", "participant", "referent", at=sewing)
    with house.work() as work:
        line = lines_of(work.session, order.id)[0]
    pages = [
        f"/commandes/{order.id}",
        f"/commandes/{order.id}/changer",
        f"/commandes/{order.id}/heures",
        f"/lignes/{line.id}/changer",
        f"/taches/{task.id}",
        f"/taches/{task.id}/heures",
        f"/activites/{house.activity.id}",
        f"/activites/{house.activity.id}/semaine",
    ]
    acts = [
        (f"/commandes/{order.id}/prix", {}),
        (f"/commandes/{order.id}/accord", {}),
        (f"/commandes/{order.id}/etape", {"state": "cancelled"}),
        (f"/lignes/{line.id}/retirer", {}),
        (f"/taches/{task.id}/reponse", {"answer": "coming"}),
        (f"/taches/{task.id}/confier", {"person_id": str(cook.party_id)}),
        (f"/taches/{task.id}/annuler", {}),
    ]
    with site.client_for(tailor) as browser:
        assert "Buffet" not in browser.get("/commandes").text
        assert "Cuisiner" not in browser.get("/planning").text
        for page in pages:
            assert browser.get(page).status == 404, page
        for act, fields in acts:
            assert browser.submit(act, page="/planning/agenda", **fields).status == 404, act
    with house.work() as work:
        assert len(lines_of(work.session, order.id)) == 1
        assert work.session.get_one(Order, order.id).state == "asked"


def test_a_request_that_looks_like_a_known_customer_is_said(house, site: TestKpa, cook) -> None:
    with house.work(cook) as work:
        town = customers.NewCustomer("Mairie de Lille", "public", email="m@lille.fr")
        known = customers.add_customer(work, town)
    with house.work(VISITOR) as work:
        newcomer = customers.NewCustomer("La mairie", "public", email="m@lille.fr")
        order = asking.ask(work, newcomer, asking.Wanted(wishes="Un buffet"))
    url = f"/commandes/{order.id}"
    with site.client_for(cook) as browser:
        assert "un client connu : Mairie de Lille" in browser.get(url).text
        shown = browser.submit(f"{url}/client", page=url, customer_id=str(known.id)).text
        assert "un client connu" not in shown
        assert "Mairie de Lille" in shown


def test_an_order_is_stopped_with_a_reason_and_opened_again(house, site: TestKpa, cook) -> None:
    order = house.order()
    url = f"/commandes/{order.id}"
    with site.client_for(cook) as browser:
        assert browser.submit(f"{url}/arreter", state="cancelled", note=" ").status == 422
        shown = browser.submit(f"{url}/arreter", state="cancelled", note="Plus de four").text
        assert "Plus de four" in shown
        shown = browser.submit(f"{url}/etape", page=url, state="asked").text
        assert "Étape 1 sur 8" in shown


def test_home_shows_the_next_thing_to_do(house, site: TestKpa, cook) -> None:
    house.order()
    with site.client_for(cook) as browser:
        assert "Une demande à lire" in browser.get("/aujourdhui").text


def test_a_person_who_has_it_and_cannot_come_is_shown(house, site: TestKpa, cook, referent) -> None:
    task = house.task()
    with house.work(referent) as work:
        assignments.assign(work, task.id, cook.party_id)
    with house.work(cook) as work:
        answers.answer(work, task.id, "cannot")
    with site.client_for(referent) as browser:
        shown = browser.get(f"/taches/{task.id}").text
        assert "Il manque 2 personnes" in shown
        assert "Je ne peux pas" in shown


def test_a_task_past_midnight_says_it_ends_the_next_day(house, site: TestKpa, cook) -> None:
    order = house.order(starts_at=time(19), ends_at=time(2))
    task = house.task(starts_at=time(20), ends_at=time(3), order_id=order.id)
    week = f"/activites/{house.activity.id}/semaine"
    pages = ("/planning", f"/taches/{task.id}", week, f"/commandes/{order.id}")
    with site.client_for(cook) as browser:
        shown = {page: browser.get(page).text.replace("\xa0", " ") for page in pages}
        assert all("20 h – 3 h le lendemain" in text for text in shown.values())
        assert "19 h – 2 h le lendemain" in shown[pages[-1]]


def test_a_choice_that_is_not_offered_is_told_in_the_readers_words(house, site) -> None:
    with site.app.test_request_context(method="POST", data={"one": "x", "some": ["x"]}):

        class Asked(Form):
            one = OneOf("Lequel ?", choices=[("a", "A")])
            some = Several("Lesquels ?", choices=[("a", "A")])

        form = Asked(meta={"csrf": False})
        assert not form.validate()
        told = {str(text) for field in (form.one, form.some) for text in field.errors}
    assert told == {"Ce choix n'est pas dans la liste. Choisis dans la liste."}


def test_a_lost_update_of_an_order_is_said(house, site: TestKpa, cook) -> None:
    order = house.order()
    url = f"/commandes/{order.id}/changer"
    with site.client_for(cook) as browser:
        first = hidden_fields(browser.get(url).text)
        second = hidden_fields(browser.get(url).text)
        fields = {"title": "Buffet", "guests": "41"}
        browser.client.post(url, data={**first, **fields})
        again = browser.client.post(url, data={**second, **fields, "guests": "42"})
        assert again.status_code == 409
    with house.work() as work:
        assert work.session.get_one(Order, order.id).guests == 41
