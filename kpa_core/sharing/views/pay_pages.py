"""Pages about pay requests: what waits, the month's batches, the file for the carrier."""

from __future__ import annotations

from uuid import UUID

from flask import Response

from kpa_core.activities.models import Activity
from kpa_core.errors import N_
from kpa_core.invoices.models import Carrier
from kpa_core.pages import Pages, current_work, download, page, say, see
from kpa_core.sharing import payrequests
from kpa_core.sharing.notice import pay_notice


def add_to(pages: Pages) -> None:
    """Add the pages of pay requests."""

    @pages.get("/demandes-de-paie", needs="pay.request", endpoint="pay_requests")
    def show_requests() -> Response:
        work = current_work()
        waiting, batches = payrequests.waiting(work), payrequests.batches(work)
        states = payrequests.STATE_LABELS
        return page("sharing/pay_requests.html", waiting=waiting, batches=batches, states=states)

    @pages.post("/demandes-de-paie/preparer", needs="pay.request")
    def collect_pay() -> Response:
        payrequests.collect(current_work())
        say(N_("Les parts sont dans la prochaine demande."))
        return see("sharing.pay_requests")

    @pages.get("/demandes-de-paie/<uuid:pay_request_id>", needs="pay.request")
    def pay_request(pay_request_id: UUID) -> Response:
        work = current_work()
        batch = payrequests.find_request(work, pay_request_id)
        carrier = work.session.get_one(Carrier, batch.carrier_id)
        return page(
            "sharing/pay_request.html",
            batch=batch,
            states=payrequests.STATE_LABELS,
            carrier=carrier,
            activity=work.session.get_one(Activity, batch.activity_id),
            asked=payrequests.asked(work.session, batch.id),
            total=payrequests.total(work.session, batch.id),
            notice=pay_notice(work.session, carrier, work.today, batch.activity_id),
        )

    @pages.post("/demandes-de-paie/<uuid:pay_request_id>/envoyer", needs="pay.request")
    def send_pay(pay_request_id: UUID) -> Response:
        payrequests.send(current_work(), pay_request_id)
        say(N_("La demande est partie. Envoie maintenant le fichier."))
        return see("sharing.pay_request", pay_request_id=pay_request_id)

    @pages.post("/demandes-de-paie/<uuid:pay_request_id>/payee", needs="payment.confirm")
    def pay_done(pay_request_id: UUID) -> Response:
        payrequests.mark_paid(current_work(), pay_request_id)
        say(N_("C'est noté : la demande est payée."))
        return see("sharing.pay_request", pay_request_id=pay_request_id)

    @pages.get("/demandes-de-paie/<uuid:pay_request_id>/fichier", needs="pay.request")
    def pay_file(pay_request_id: UUID) -> Response:
        work = current_work()
        request = payrequests.find_request(work, pay_request_id)
        data = payrequests.export(work, pay_request_id)
        name = f"demande-de-paie-{request.month:%Y-%m}.csv"
        return download(data, "text/csv; charset=utf-8", name)
