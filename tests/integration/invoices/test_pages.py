"""The pages of quotes, invoices and payments, as people use them."""

from __future__ import annotations

from kpa_core.invoices import links


def test_smoke(house):
    order_id = house.order()
    house.approve(order_id)
    with house.kpa.client_for(house.people["one"]) as browser:
        shown = browser.get(f"/commandes/{order_id}")
        assert shown.status == 200, shown.sentence()
        print(shown.sentence())
        shown = browser.get(f"/commandes/{order_id}/papier")
        print(shown.sentence())
        shown = browser.submit(f"/commandes/{order_id}/devis", page=f"/commandes/{order_id}/papier")
        print(shown.url, shown.status, shown.sentence())
        doc_id = shown.id_in_url()
    with house.kpa.browser() as browser:
        from uuid import UUID

        url = "/devis/" + links.quote_token(house.kpa.instance, UUID(doc_id))
        print(browser.get(url).sentence())
        shown = browser.submit(url, name="Mme Durand", answer="accepted")
        print(shown.url, shown.status, shown.sentence())
    with house.kpa.client_for(house.people["one"]) as browser:
        print(
            browser.submit(
                f"/commandes/{order_id}/etape", page=f"/commandes/{order_id}", state="done"
            ).sentence()[:300]
        )
    with house.kpa.client_for(house.people["treasurer"]) as browser:
        print(browser.get("/aujourdhui").sentence())
        print(browser.get(f"/commandes/{order_id}/papier").sentence()[:600])
        shown = browser.submit(
            f"/commandes/{order_id}/facture", page=f"/commandes/{order_id}/papier"
        )
        print(shown.url, shown.status, shown.sentence())
        doc = shown.url
        for p in ("/pdf", "/export.json", "/export.csv"):
            r = browser.client.get(doc + p)
            print(p, r.status_code, r.headers["Content-Disposition"], len(r.data))
        shown = browser.submit(
            doc + "/paiement", amount="660", received_on="2026-11-23", method="transfer", way="in"
        )
        print(shown.url, shown.status, shown.sentence())
        print(browser.get(f"/commandes/{order_id}").sentence())
        print(browser.get("/documents").sentence())
        print(browser.get("/maisons").sentence())
        print(browser.get(f"/maisons/{house.carrier_id}").sentence())
    with house.kpa.client_for(house.people["host"]) as browser:
        print(browser.get("/aujourdhui").sentence())
        shown = browser.get(doc)
        print(shown.sentence()[-900:])
        for p in ("changer", "identite", "serie"):
            shown = browser.get(f"/maisons/{house.carrier_id}/{p}")
            print(shown.status, shown.sentence())
        print(browser.get(doc + "/avoir").sentence())
    assert 0
