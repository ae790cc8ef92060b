from kpa_core.invoices import verification

def test_smoke(house):
    doc = house.issued()
    assert doc.number == "KPA-2026-0001", doc.number
    with house.work("kpa") as work:
        for s in verification.verify(work.session): print(s)
        assert all(s.holds for s in verification.verify(work.session))

def test_smoke_draft(drafting_house):
    doc = drafting_house.invoiced()
    assert doc.number is None and doc.reference == "P-2026-0001"
    assert drafting_house.state(doc.order_id) == "invoiced"
