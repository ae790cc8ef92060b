"""Pages about suppliers' files: choose one, look at what was read, say yes; see its lines."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, g, request, url_for

from kpa_core.activities import service as orders
from kpa_core.errors import N_, KpaError, NotFound
from kpa_core.files import StoredFile
from kpa_core.i18n import gettext
from kpa_core.invoices.received import MAX_FILE_BYTES
from kpa_core.pages import Pages, current_work, page, say, see
from kpa_core.sharing import expenses, received_drafts, receiving, supplier_papers
from kpa_core.sharing.models import Expense
from kpa_core.sharing.received_drafts import Opened
from kpa_core.sharing.receiving import Answers
from kpa_core.sharing.supplier_tables import ReceivedDraft
from kpa_core.sharing.views.expense_pages import payers_and_pots, saved
from kpa_core.sharing.views.receiving_forms import ChooseFileForm, TakePaperForm

CREDITED = N_("L'avoir est noté : cet achat ne compte plus.")
CHOOSE, TAKE = "sharing/choose_file.html", "sharing/take_paper.html"


def add_to(pages: Pages) -> None:
    """Add the pages of suppliers' files."""
    _choosing(pages)
    _reading(pages)

    @pages.form(
        "/achats/fichiers/<uuid:waiting_file_id>",
        TakePaperForm,
        needs="expense.write",
        template=TAKE,
        fill=_to_take,
        first=_open_waiting,
    )
    def take_paper(form: TakePaperForm, waiting_file_id: UUID) -> Response:
        paper = _open_waiting(waiting_file_id)
        expense = received_drafts.take(current_work(), waiting_file_id, paper, _answers(form))
        cancelled = expenses.is_cancelled(current_work().session, expense.id)
        say(CREDITED if cancelled else N_("L'achat est noté."))
        return see(**_list_of(expense))


def _choosing(pages: Pages) -> None:
    @pages.form(
        "/commandes/<uuid:order_id>/achats/fichier",
        ChooseFileForm,
        needs="expense.write",
        template=CHOOSE,
        fill=_for_order,
        first=_open_sent,
    )
    def add_expense_file(form: ChooseFileForm, order_id: UUID) -> Response:
        draft = received_drafts.keep(current_work(), _sent(), order_id=order_id)
        return see("sharing.take_paper", waiting_file_id=draft.id)

    @pages.form(
        "/activites/<uuid:activity_id>/achats/fichier",
        ChooseFileForm,
        needs="expense.write",
        template=CHOOSE,
        fill=_for_activity,
        first=_open_sent,
    )
    def add_activity_expense_file(form: ChooseFileForm, activity_id: UUID) -> Response:
        draft = received_drafts.keep(current_work(), _sent(), activity_id=activity_id)
        return see("sharing.take_paper", waiting_file_id=draft.id)


def _reading(pages: Pages) -> None:
    @pages.get("/achats/<uuid:expense_id>/lignes", needs="expense.read")
    def expense_lines(expense_id: UUID) -> Response:
        work = current_work()
        papers = receiving.papers_of(work, expense_id)
        if not papers:
            raise NotFound()
        expense = expenses.find_expense(work, expense_id)
        return page(
            "sharing/expense_lines.html",
            expense=expense,
            papers=[(one, _kept_lines(one.id)) for one in papers],
            back=url_for(**_list_of(expense)),
        )

    @pages.get("/achats/<uuid:expense_id>/avoir", needs="expense.read")
    def expense_credit_note(expense_id: UUID) -> Response:
        work = current_work()
        papers = receiving.papers_of(work, expense_id)
        found = next((one for one in papers if one.kind == "credit_note"), None)
        if found is None:
            raise NotFound()
        kept = work.session.get_one(StoredFile, found.file_id)
        data = work.instance.files.read(kept)
        return saved(kept, data, f"avoir-{expense_id}")


def _kept_lines(paper_id: UUID) -> list[supplier_papers.ShownLine]:
    lines = supplier_papers.lines_of(current_work().session, paper_id)
    return [supplier_papers.shown(line) for line in lines]


def _list_of(expense: Expense) -> dict[str, Any]:
    if expense.order_id is None:
        return {
            "endpoint": "sharing.activity_expenses",
            "activity_id": expense.activity_id,
        }
    return {"endpoint": "sharing.order_expenses", "order_id": expense.order_id}


def _answers(form: TakePaperForm) -> Answers:
    kind, _, who = (form.payer.data or "carrier").partition(":")
    pot_id = form.pot_id.data
    return Answers(
        paid_by=kind,
        paid_by_id=UUID(who) if kind == "member" else None,
        pot_id=UUID(who) if kind == "pot" and who else pot_id,
        in_name_of=form.in_name_of.data or "",
        what=form.what.data or "",
        accept=bool(form.accept.data),
    )


def _for_order(order_id: UUID) -> dict[str, Any]:
    orders.find_order(current_work(), order_id, "expense.write")
    return _first_step(url_for("sharing.order_expenses", order_id=order_id))


def _for_activity(activity_id: UUID) -> dict[str, Any]:
    orders.find_activity(current_work(), activity_id, "expense.write")
    return _first_step(url_for("sharing.activity_expenses", activity_id=activity_id))


def _first_step(back: str) -> dict[str, Any]:
    return {"title": gettext(N_("Noter une facture reçue")), "back": back}


def _open_sent(**_: UUID) -> None:
    """Read the file that was sent before the post's transaction: meanwhile others write."""
    file = request.files.get("file")
    data = file.stream.read(MAX_FILE_BYTES + 1) if file else b""
    if file:
        file.stream.seek(0)
    try:
        g.paper = received_drafts.opened(data)
    except KpaError as error:
        g.paper = error  # told beside its field, once the form itself is good


def _sent() -> Opened:
    if isinstance(g.paper, KpaError):
        raise g.paper
    paper: Opened = g.paper
    return paper


def _open_waiting(waiting_file_id: UUID) -> Opened:
    """Read the file that waits, once for a request: before a post's transaction."""
    if "paper" not in g:
        work = current_work()
        draft = received_drafts.find(work, waiting_file_id)
        g.paper = received_drafts.open_again(work, draft)
    paper: Opened = g.paper
    return paper


def _to_take(waiting_file_id: UUID) -> dict[str, Any]:
    work = current_work()
    draft = received_drafts.find(work, waiting_file_id)
    read = _open_waiting(waiting_file_id).read
    seen = receiving.outlook(work, draft.activity_id, read)
    choices, start = payers_and_pots(draft.activity_id, draft.scope, for_order=bool(draft.order_id))
    return {
        "read": read,
        "seen": seen,
        "lines": [supplier_papers.shown(line) for line in read.lines],
        "doubts": [receiving.said(one) for one in seen.doubts],
        "choices": choices,
        "start": {**start, "what": receiving.what_of(read), "in_name_of": seen.in_name_of},
        "hidden": _needless(draft, credit_note=seen.cancels is not None, doubted=bool(seen.doubts)),
        "back": url_for(**_back_to(draft)),
    }


def _back_to(draft: ReceivedDraft) -> dict[str, Any]:
    if draft.order_id is None:
        return {"endpoint": "sharing.add_activity_expense_file", "activity_id": draft.activity_id}
    return {"endpoint": "sharing.add_expense_file", "order_id": draft.order_id}


def _needless(draft: ReceivedDraft, *, credit_note: bool, doubted: bool) -> set[str]:
    """Return the questions that this paper does not raise."""
    needless = set() if doubted else {"accept"}
    if credit_note:
        return needless | {"payer", "pot_id", "in_name_of", "what"}
    return needless | ({"pot_id"} if draft.order_id else set())
