"""Pages about share-outs: what it would be, propose, answer, close, print, and one's own parts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request, url_for

from kpa_core.activities import service as orders
from kpa_core.errors import N_, KpaError
from kpa_core.i18n import gettext, sentence
from kpa_core.invoices.bills import live_bill
from kpa_core.pages import Pages, current_work, page, say, see
from kpa_core.sharing import answers, closing, ledger, parts, plan, second_person, shareouts
from kpa_core.sharing.models import ShareOut
from kpa_core.sharing.plan import Ways
from kpa_core.sharing.shown_money import check_line, money_lines
from kpa_core.sharing.views.forms import CloseForm, ProposeForm, QuestionForm

FORM = "sharing/form.html"
CHOICES = (("agreed", N_("Je suis d'accord")), ("to_pot", N_("Je donne à la cagnotte commune")))


def add_to(pages: Pages) -> None:
    """Add the pages of share-outs."""
    _reading(pages)
    _deciding(pages)
    _answering(pages)


def _reading(pages: Pages) -> None:
    @pages.get("/commandes/<uuid:order_id>/partage", needs="share.read")
    def order_share(order_id: UUID) -> Response:
        work = current_work()
        order = orders.find_order(work, order_id, "share.read")
        found = [_shown(one) for one in shareouts.of_order(work, order_id)]
        waits = any(one["row"].state == "proposed" for one in found)
        outlook = None if waits else shareouts.simulate(work, order_id)
        return page(
            "sharing/share.html",
            order=order,
            found=found,
            outlook=outlook,
            ahead=_ahead(outlook.plan) if outlook and outlook.plan else None,
            check=_check(order_id) if found else "",
            choices=[(key, gettext(label)) for key, label in CHOICES],
        )

    @pages.get("/partages/<uuid:share_out_id>/papier", needs="share.read")
    def share_paper(share_out_id: UUID) -> Response:
        work = current_work()
        share_out = shareouts.find_share_out(work, share_out_id)
        order = shareouts.order_of(work.session, share_out)
        base = work.instance.settings.instance.base_url.rstrip("/")
        link = base + url_for("sharing.order_share", order_id=order.id)
        return page("sharing/paper.html", order=order, one=_shown(share_out), link=link)

    @pages.get("/mes-parts", needs="member.own")
    def my_parts() -> Response:
        choices = [(key, gettext(label)) for key, label in CHOICES]
        return page("sharing/mine.html", parts=parts.my_parts(current_work()), choices=choices)


def _deciding(pages: Pages) -> None:
    @pages.form(
        "/commandes/<uuid:order_id>/partage/proposer",
        ProposeForm,
        needs="share.propose",
        template="sharing/propose.html",
        fill=_to_propose,
    )
    def propose(form: ProposeForm, order_id: UUID) -> Response:
        sure = bool(form.confirm_no_expenses.data)
        shareouts.propose(current_work(), order_id, confirm_no_expenses=sure)
        say(N_("Le partage est proposé. Chaque personne répond pour sa part."))
        return see("sharing.order_share", order_id=order_id)

    @pages.post("/partages/<uuid:share_out_id>/retirer", needs="share.propose")
    def withdraw(share_out_id: UUID) -> Response:
        share_out = shareouts.withdraw(current_work(), share_out_id)
        say(N_("Le partage est retiré. Tu peux en proposer un autre."))
        return see("sharing.order_share", order_id=share_out.order_id)

    @pages.form(
        "/partages/<uuid:share_out_id>/valider",
        CloseForm,
        needs="share.close",
        template="sharing/close.html",
        fill=_to_close,
    )
    def close(form: CloseForm, share_out_id: UUID) -> Response:
        share_out = closing.close(current_work(), share_out_id, form.note.data or "")
        say(N_("Le partage est validé. Il ne change plus."))
        return _after(share_out)


def _answering(pages: Pages) -> None:
    @pages.post("/parts/<uuid:allocation_id>/repondre", needs="share.answer")
    def answer(allocation_id: UUID) -> Response:
        answers.answer(current_work(), allocation_id, request.form.get("answer", ""))
        say(N_("Ta réponse est notée."))
        return _back_to(allocation_id)

    @pages.form(
        "/parts/<uuid:allocation_id>/question",
        QuestionForm,
        needs="share.answer",
        template=FORM,
        fill=lambda allocation_id: {
            "title": gettext(N_("Poser une question sur ta part")),
            "back": url_for("sharing.my_parts"),
        },
    )
    def ask(form: QuestionForm, allocation_id: UUID) -> Response:
        answers.answer(current_work(), allocation_id, "questioned", form.note.data)
        say(N_("Ta question est notée. Parlez-en ensemble."))
        return _back_to(allocation_id)


def _shown(share_out: ShareOut) -> dict[str, Any]:
    """Return all that a page says of a share-out; its parts carry their own notice."""
    work = current_work()
    carrier = shareouts.carrier_of(work.session, share_out)
    ways = Ways.from_data(share_out.figures["ways"])
    translate = work.instance.texts.gettext
    return {
        "row": share_out,
        "carrier": carrier,
        "lines": money_lines(ledger.step_of(share_out), ways, carrier.name, translate),
        "parts": parts.parts_of(work, share_out),
        "advances": shareouts.advances_of(work.session, share_out),
        "proposer": shareouts.name_of(work.session, share_out.proposed_by),
        "closer": shareouts.name_of(work.session, share_out.closed_by),
        "may_close": _may_close(share_out),
    }


def _may_close(share_out: ShareOut) -> str:
    """Return why the reader cannot close a proposal; an empty text when they can."""
    work = current_work()
    if share_out.state != "proposed" or not work.can("share.close", share_out.scope):
        return "-"
    try:
        second_person.check(work, share_out)
    except KpaError as error:
        return sentence(error, work.instance.texts)
    return ""


def _ahead(made: plan.Plan) -> dict[str, Any]:
    work = current_work()
    lines = money_lines(made.step, made.ways, made.carrier.name, work.instance.texts.gettext)
    return {"lines": lines, "people": len(made.portions), "to_share": made.step.to_share}


def _check(order_id: UUID) -> str:
    """Return the order's money as the ledger tells it, once something is closed."""
    work = current_work()
    told = ledger.of_order(work.session, order_id)
    document = live_bill(work.session, order_id)
    if not told.gross or document is None:
        return ""
    closed = plan.closed_of(work.session, order_id)
    carrier = shareouts.carrier_of(work.session, closed[0]).name
    return check_line(told, carrier, work.instance.texts.gettext)


def _to_propose(order_id: UUID) -> dict[str, Any]:
    work = current_work()
    order = orders.find_order(work, order_id, "share.propose")
    outlook = shareouts.simulate(work, order_id)
    return {
        "order": order,
        "outlook": outlook,
        "ahead": _ahead(outlook.plan) if outlook.plan else None,
        "back": url_for("sharing.order_share", order_id=order_id),
    }


def _to_close(share_out_id: UUID) -> dict[str, Any]:
    work = current_work()
    share_out = shareouts.find_share_out(work, share_out_id, "share.close")
    return {
        "order": shareouts.order_of(work.session, share_out),
        "one": _shown(share_out),
        "back": _address(share_out),
    }


def _address(share_out: ShareOut) -> str:
    """Return the page of a share-out for whoever closes it: the carrier's people see it too."""
    return url_for("sharing.order_share", order_id=share_out.order_id)


def _after(share_out: ShareOut) -> Response:
    return see("sharing.order_share", order_id=share_out.order_id)


def _back_to(allocation_id: UUID) -> Response:
    return see("sharing.my_parts", _anchor=f"part-{allocation_id}")
