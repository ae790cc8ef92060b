"""What kind of invoice it is, its number, what it refers to, its days, its sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from kpa_core.errors import N_
from kpa_core.invoices.paper import type_codes
from kpa_core.invoices.paper.checks import NUMBER
from kpa_core.invoices.paper.mentions import (
    DISCOUNT_SUBJECT,
    INDEMNITY_SUBJECT,
    PENALTY_SUBJECT,
)
from kpa_core.invoices.paper.prechecks.finding import Facts, Finding
from kpa_core.invoices.paper.snapshot import Snapshot

PROCESSES = frozenset(letter + way for letter in "BSM" for way in "124")
"""The frames kpa writes, among those of BR-FR-08."""
OLD = timedelta(days=365)
FAR = timedelta(days=366)
LONGEST_DELAY = {"business_vat": 60, "public": 30}
SENTENCES = {
    PENALTY_SUBJECT: N_("Il manque la phrase sur les pénalités de retard."),
    INDEMNITY_SUBJECT: N_("Il manque la phrase sur l'indemnité de 40 €."),
    DISCOUNT_SUBJECT: N_("Il manque la phrase sur l'escompte."),
}
ART_242 = "CGI ann. II art. 242 nonies A"

Rows = Iterator[Finding]


def number(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield a number that no electronic invoice may bear."""
    if paper.number is None or NUMBER.fullmatch(paper.number):
        return
    if len(paper.number) > 35:
        text = N_("Le numéro est trop long : {value}. 35 signes au plus.")
        yield Finding("number", "BR-FR-01", text, params={"value": paper.number})
    else:
        text = N_("Le numéro {value!r} a un signe interdit : lettres, chiffres, et + - _ / .")
        yield Finding("number", "BR-FR-02", text, params={"value": paper.number})


def kind(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield a type, a frame or a reference that do not go together."""
    if paper.type_code not in type_codes.OF_KIND.get(paper.kind, ()):
        text = N_("Ce papier est du type {value!r}, que kpa ne connaît pas.")
        yield Finding("type_code", "BR-FR-04", text, params={"value": paper.type_code})
    if paper.process not in PROCESSES:
        text = N_("Le cadre {value!r} n'existe pas : biens, services ou les deux.")
        yield Finding("nature", "BR-FR-08", text, params={"value": paper.process})
    if paper.deposits and paper.type_code in type_codes.DEPOSITS:
        text = N_("Une facture d'acompte ne reprend pas un autre acompte.")
        yield Finding("deposits", "BR-FR-CO-08", text)
    if paper.type_code in type_codes.CORRECTIONS and not (
        paper.corrects_number and paper.corrects_day
    ):
        text = N_("Il manque le numéro et la date de la facture corrigée.")
        rule = "BR-FR-CO-04" if paper.type_code == type_codes.CORRECTIVE else "BR-FR-CO-05"
        yield Finding("corrects_number", f"{rule}, CGI 289-I-5", text)


def paid(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield what an invoice paid beforehand lacks; a deposit is a line, never money paid before."""
    prepaid = paper.totals.prepaid_cents
    to_pay = paper.totals.gross_cents + paper.totals.rounding_cents
    if paper.deposits and prepaid:
        text = N_(
            "Un acompte se reprend par une ligne, pas comme un paiement : la TVA serait fausse."
        )
        yield Finding("prepaid", "XP Z12-014 cas 20", text)
    if paper.paid_day is None and not 0 < prepaid == to_pay:
        return
    if prepaid != to_pay:
        text = N_("Une facture déjà payée l'est en entier.")
        yield Finding("paid_day", "BR-FR-CO-09", text)
    if paper.paid_day is None:
        # The day of payment stands on the paper as its due day (BT-9).
        text = N_("Dis quel jour la facture a été payée.")
        yield Finding("paid_day", "BR-FR-CO-09", text)
    elif paper.paid_day > paper.issue_day:
        text = N_("Le paiement, le {day}, est après la facture.")
        yield Finding("paid_day", "BR-FR-CO-09", text, params={"day": _told(paper.paid_day)})


def deposits(_paper: Snapshot, facts: Facts) -> Rows:
    """Yield the deposits that are taken back before they were paid."""
    for number in facts.unpaid_deposits:
        text = N_("L'acompte {number} n'est pas encore payé : le client doit aussi le payer.")
        yield Finding("deposits", "CGI 289-I-1 c", text, "warn", {"number": number})


def days(paper: Snapshot, facts: Facts) -> Rows:
    """Yield dates that are out of order, to come, or so old that they look like a slip."""
    for name in ("issue_day", "due_day", "service_day", "corrects_day"):
        day = getattr(paper, name)
        if day is not None and not 2000 <= day.year <= 2099:
            text = N_("La date {day} n'est pas entre 2000 et 2099.")
            yield Finding(name, "BR-FR-03", text, params={"day": _told(day)})
    if paper.issue_day > facts.today:
        text = N_("La date de la facture, {day}, n'est pas encore là.")
        yield Finding("issue_day", ART_242, text, params={"day": _told(paper.issue_day)})
    yield from _service(paper)
    yield from _due(paper)


def notes(paper: Snapshot, _facts: Facts) -> Rows:
    """Yield the three sentences on late and early payment that are missing, or said twice."""
    if paper.customer.kind == "person":
        return
    said = Counter(one.subject for one in paper.notes)
    for subject, missing in SENTENCES.items():
        if not said[subject]:
            yield Finding(
                f"notes.{subject}", f"BR-FR-05 ({subject}), C. com. L441-9, L441-10", missing
            )
        elif said[subject] > 1:
            text = N_("La phrase {subject} est écrite deux fois.")
            yield Finding(f"notes.{subject}", "BR-FR-06", text, params={"subject": subject})


def _service(paper: Snapshot) -> Rows:
    day = paper.service_day
    if day is None:
        # A deposit may be asked before anybody knows the day of the work.
        if paper.type_code not in type_codes.DEPOSITS:
            yield Finding("service_day", ART_242, N_("Il manque la date de la prestation."))
        return
    told = {"day": _told(day)}
    if day > paper.issue_day and paper.type_code == type_codes.INVOICE and not paper.paid_day:
        text = N_("Le travail est daté du {day}, après la facture. Est-ce un acompte ?")
        yield Finding("service_day", "CGI 269, 289-I-3", text, "warn", told)
    if day > paper.issue_day + FAR:
        text = N_("La date du travail, {day}, est dans plus d'un an. Relis-la.")
        yield Finding("service_day", ART_242, text, params=told)
    if day < paper.issue_day - OLD:
        text = N_("La date du travail, {day}, a plus d'un an. Relis-la.")
        yield Finding("service_day", "CGI 289-I-3", text, "warn", told)


def _due(paper: Snapshot) -> Rows:
    due = paper.due_day
    if due is None or paper.kind == "credit_note":
        return
    if due < paper.issue_day and paper.paid_day is None:
        text = N_("L'échéance, {day}, est avant la date de la facture.")
        yield Finding("due_day", "BR-FR-CO-07", text, params={"day": _told(due)})
    most = LONGEST_DELAY.get(paper.customer.kind)
    if most is not None and due > paper.issue_day + timedelta(days=most):
        text = N_("Ce client a {days} jours au plus pour payer : change le délai de la maison.")
        rule = "C. com. L441-10" if paper.customer.kind == "business_vat" else "CCP R2192-10"
        yield Finding("due_day", rule, text, "warn", {"days": most})


def _told(day: date) -> str:
    return day.strftime("%d/%m/%Y")
