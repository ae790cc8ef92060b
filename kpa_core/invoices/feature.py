"""What the core takes from this folder."""

from __future__ import annotations

from kpa_core.contracts import Job
from kpa_core.instance import Feature
from kpa_core.invoices import bills, documents
from kpa_core.invoices.carrier import carriers
from kpa_core.invoices.checks import health
from kpa_core.invoices.life import reminder_mail, reminders, standing
from kpa_core.invoices.making import quote_mail
from kpa_core.invoices.panel import order_panel
from kpa_core.invoices.personal import erase_personal_data, personal_data
from kpa_core.invoices.sealing import printing
from kpa_core.invoices.todo import todo
from kpa_core.invoices.views import blueprint

INVOICES = Feature(
    name="invoices",
    kinds=("kpa",),
    rights=("public.sign", "carrier.", "document.", "invoice.", "payment."),
    blueprints=lambda: (blueprint(),),
    jobs=(
        Job("invoices.pdf", printing.make_pdf),
        # Asked twice, a mail server sends twice: a run that broke off is left to a person.
        Job("invoices.reminders", reminders.plan_mails, every="daily"),
        Job("invoices.reminder_mail", reminder_mail.send_mail, idempotent=False, outside=True),
        Job("invoices.quote_mail", quote_mail.send_mail, idempotent=False, outside=True),
    ),
    personal_data=personal_data,
    erase_personal_data=erase_personal_data,
    health=health,
    order_panels=(order_panel,),
    todo=todo,
    vat_regime=carriers.vat_regime,
    holds_order=bills.holds_order,
    next_thing=standing.next_thing,
    papers_made=documents.papers_made,
)
