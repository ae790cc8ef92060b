"""Pages for who looks after others' way in: code cards, open sessions, people to tell."""

from __future__ import annotations

from uuid import UUID

from flask import Response, request

from kpa_core.accounts import cards, credentials, messages, printing, sessions
from kpa_core.errors import N_
from kpa_core.members import roles, service
from kpa_core.members.models import Party
from kpa_core.pages import Pages, current_work, page, say, see


def add_keeper_pages(pages: Pages) -> None:
    """Add the pages about other people's ways in."""
    _add_cards(pages)
    _add_closing(pages)
    _add_told(pages)


def _add_cards(pages: Pages) -> None:
    @pages.get("/membres/<uuid:person_id>/carte", needs="member.card", endpoint="cards")
    def show_card(person_id: UUID) -> Response:
        work = current_work()
        person = service.find_person(work, person_id, "member.card")
        card = cards.current(work.session, person_id)
        maker = work.session.get(Party, card.created_by) if card and card.created_by else None
        account = credentials.account_of(work.session, person_id)
        return page(
            "accounts/cards.html",
            person=person,
            card=card,
            maker=maker,
            waits=card is not None and card.needs_second and card.approved_by is None,
            may_approve=card is not None
            and work.actor.party_id not in (card.created_by, person_id, None),
            needs_second=not roles.may_stand_in(work, person_id),
            is_open=account is None or account.active,
            is_own=person_id == work.actor.party_id,
            count=len(sessions.open_sessions(work, person_id)),
        )

    @pages.post("/membres/<uuid:person_id>/carte", needs="member.card", once=False)
    def issue_card(person_id: UUID) -> Response:
        work = current_work()
        return printing.printed(work, cards.issue(work, person_id))

    @pages.post("/membres/<uuid:person_id>/carte/accord", needs="member.card")
    def approve_card(person_id: UUID) -> Response:
        cards.approve(current_work(), person_id)
        say(N_("La carte marche maintenant."))
        return see("accounts.cards", person_id=person_id)

    @pages.post("/membres/<uuid:person_id>/carte/reprendre", needs="member.card")
    def take_card_back(person_id: UUID) -> Response:
        cards.take_back(current_work(), person_id)
        say(N_("La carte n'ouvre plus rien."))
        return see("accounts.cards", person_id=person_id)


def _add_closing(pages: Pages) -> None:
    @pages.post("/membres/<uuid:person_id>/connexions/fin", needs="member.card")
    def end_sessions_of(person_id: UUID) -> Response:
        sessions.end_all(current_work(), person_id)
        say(N_("Toutes ses connexions sont fermées."))
        return see("accounts.cards", person_id=person_id)

    @pages.post("/membres/<uuid:person_id>/acces", needs="member.card")
    def set_access(person_id: UUID) -> Response:
        account = cards.set_active(current_work(), person_id, request.form.get("open") == "yes")
        say(N_("L'accès est ouvert.") if account.active else N_("L'accès est fermé."))
        return see("accounts.cards", person_id=person_id)


def _add_told(pages: Pages) -> None:
    @pages.get("/a-prevenir", needs="told.read", endpoint="told")
    def list_untold() -> Response:
        return page("accounts/told.html", found=messages.to_tell(current_work()))

    @pages.post("/a-prevenir/<uuid:message_id>/fait", needs="told.read")
    def tell(message_id: UUID) -> Response:
        messages.told(current_work(), message_id)
        say(N_("C'est noté : cette personne est prévenue."))
        return see("accounts.told")
