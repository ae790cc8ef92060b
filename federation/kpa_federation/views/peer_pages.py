"""Pages about neighbours: who they are, inviting one, joining one, and what we think of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import segno
import sqlalchemy as sa
from flask import Response, url_for
from markupsafe import Markup

from kpa_core.api import N_, Misuse, Pages, current_work, forms, now, page, say, see
from kpa_federation.log.models import LogRow
from kpa_federation.network import profile
from kpa_federation.network.profile import Profile
from kpa_federation.own import leaving
from kpa_federation.own.writing import own_origin
from kpa_federation.peers import inviting, service
from kpa_federation.peers.models import TRUST_LABELS, PeerRow
from kpa_federation.protocol.words import words_of
from kpa_federation.texts import gettext, lazy

READ, MANAGE = "federation.read", "federation.peers"
STALE = timedelta(days=7)
ACTS = {
    "followed": N_("Suivre"),
    "suspended": N_("Mettre en pause"),
    "blocked": N_("Bloquer"),
}


class JoinForm(forms.Form):
    """The link of an invitation."""

    link = forms.Text(
        lazy("Le lien d'invitation"),
        longest=500,
        hint=lazy("L'autre KPA te l'envoie. Il commence par https://."),
    )


class SureForm(forms.Form):
    """The one yes."""

    link = forms.Text(lazy("Le lien d'invitation"), longest=500)
    sure = forms.YesNo(lazy("Oui, c'est bien ce KPA."))


def add_to(pages: Pages) -> None:
    """Add the pages of neighbours."""
    _reading(pages)
    _joining(pages)
    _deciding(pages)


def _reading(pages: Pages) -> None:
    @pages.get("/voisins", needs=READ)
    def neighbours() -> Response:
        work = current_work()
        sizes = {row.origin: row.size for row in work.session.scalars(sa.select(LogRow))}
        said = profile.profiles(work)
        found = [_shown(row, sizes, said.get(row.origin)) for row in service.peers(work.session)]
        own = own_origin(work.session)
        mine = {"origin": own, "words": words_of(own) if own else ""}
        may, keys = work.can(MANAGE), work.can("federation.keys")
        left = leaving.has_left(work.session)
        shown: dict[str, Any] = {"found": found, "mine": mine, "may": may, "left": left}
        return page("federation/neighbours.html", keys=keys, **shown)

    @pages.get("/invitation/<secret>", needs="public.read")
    def invitation(secret: str) -> Response:
        del secret  # it is for the instance that joins; here it is only explained
        return page("federation/invitation.html")


def _joining(pages: Pages) -> None:
    @pages.post("/voisins/inviter", needs=MANAGE)
    def invite() -> Response:
        made = inviting.invite(current_work())
        return see("federation.invited", secret=made.secret)

    @pages.get("/voisins/invite/<secret>", needs=MANAGE)
    def invited(secret: str) -> Response:
        work = current_work()
        link = inviting.link_of(work, secret)
        code = Markup(segno.make(link).svg_inline(scale=3, light="white"))
        own = own_origin(work.session)
        return page("federation/invited.html", link=link, code=code, words=words_of(own))

    @pages.form(
        "/voisins/rejoindre", JoinForm, needs=MANAGE, template="federation/join.html", once=False
    )
    def join(form: JoinForm) -> Response:
        inviting.read_link(form.link.data)
        return see("federation.confirm", link=form.link.data)

    @pages.form(
        "/voisins/confirmer",
        SureForm,
        needs=MANAGE,
        template="federation/confirm.html",
        fill=_to_confirm,
        once=False,
    )
    def confirm(form: SureForm) -> Response:
        if not form.sure.data:
            raise Misuse(N_("Compare les six mots, puis coche la case."), field="sure")
        inviting.accept(current_work(), inviting.read_link(form.link.data))
        say(N_("Vous êtes voisins. Ses fiches arrivent."))
        return see("federation.neighbours")


def _deciding(pages: Pages) -> None:
    @pages.post("/voisins/<origin>/avis/<trust>", needs=MANAGE)
    def decide(origin: str, trust: str) -> Response:
        if trust not in ACTS:
            raise Misuse(N_("Ce choix n'existe pas."))
        service.set_trust(current_work(), origin, trust)
        say(N_("C'est noté."))
        return see("federation.neighbours")


def _to_confirm() -> dict[str, Any]:
    from flask import request

    link = request.values.get("link", "")
    found = inviting.read_link(link)
    return {
        "start": {"link": link},
        "address": found.address,
        "words": words_of(found.origin),
        "back": url_for("federation.join"),
    }


def _shown(row: PeerRow, sizes: dict[str, int], said: Profile | None) -> dict[str, Any]:
    seen = row.seen_at
    return {
        "row": row,
        "name": row.name or (said.name if said else "") or words_of(row.origin),
        "said": said,
        "words": words_of(row.origin),
        "state": gettext(TRUST_LABELS[row.trust]),
        "entries": sizes.get(row.origin, 0),
        "stale": row.trust == "followed" and bool(row.address) and _is_stale(row),
        "seen": seen.date() if seen else None,
        "acts": [(key, gettext(label)) for key, label in ACTS.items() if key != row.trust],
    }


def _is_stale(row: PeerRow) -> bool:
    """Tell whether a peer has not answered for a week; one that never did counts from its start."""
    return now() - (row.seen_at or row.added_at) > STALE
