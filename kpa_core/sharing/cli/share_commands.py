"""``kpa shares``: look ahead, propose, answer, close, check, and ask for pay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from kpa_core.activities.cli.typed import JSON, the_id, the_order
from kpa_core.commands import command, say
from kpa_core.commands.rows import show_rows
from kpa_core.errors import N_, NotFound
from kpa_core.invoices.carrier import carriers
from kpa_core.money import format_cents
from kpa_core.sharing import answers, closing, ledger, parts, payrequests, plan, shareouts
from kpa_core.sharing.cli.typed import the_proposal
from kpa_core.sharing.models import ShareOut
from kpa_core.sharing.plan import Ways
from kpa_core.sharing.shown_money import check_line, money_lines, plain_lines
from kpa_core.work import Work

shares = click.Group("shares", help="Les partages.")
LABELS = {"state": payrequests.STATE_LABELS}
SAID = ("agreed", "to_pot", "questioned")


@command(shares, "look", needs="share.read")
@click.argument("order")
def look(work: Work, order: str) -> None:
    """Voir ce que donnerait le partage d'une commande, sans rien écrire."""
    outlook = shareouts.simulate(work, the_order(work, order, "share.read").id)
    if outlook.problem is not None:
        say(outlook.problem.message, **outlook.problem.params)
    if outlook.plan is not None:
        made, translate = outlook.plan, work.instance.texts.gettext
        for line in plain_lines(money_lines(made.step, made.ways, made.carrier.name, translate)):
            click.echo(line)


@command(shares, "show", needs="share.read")
@click.argument("order")
@JSON
def show(work: Work, order: str, as_json: bool) -> None:
    """Voir les partages d'une commande et chaque part."""
    for share_out in shareouts.of_order(work, the_order(work, order, "share.read").id):
        shown = parts.parts_of(work, share_out)
        if as_json:
            show_rows([_row(share_out, shown)], True)
            continue
        carrier, translate = shareouts.carrier_of(work.session, share_out), _translate(work)
        ways = Ways.from_data(share_out.figures["ways"])
        lines = money_lines(ledger.step_of(share_out), ways, carrier.name, translate)
        for line in [f"{share_out.id}  {share_out.state}", *plain_lines(lines)]:
            click.echo(line)
        for part in shown:
            for line in parts.told(part):
                click.echo(line)


@command(shares, "propose", needs="share.propose")
@click.argument("order")
@click.option("--no-expenses", is_flag=True, help="Il n'y a eu aucun achat.")
def propose(work: Work, order: str, no_expenses: bool) -> None:
    """Proposer le partage de l'argent confirmé."""
    found = the_order(work, order, "share.propose")
    share_out = shareouts.propose(work, found.id, confirm_no_expenses=no_expenses)
    say(N_("Le partage est proposé : {id}."), id=share_out.id)


@command(shares, "withdraw", needs="share.propose")
@click.argument("order")
def withdraw(work: Work, order: str) -> None:
    """Retirer le partage qui attend."""
    shareouts.withdraw(work, the_proposal(work, order, "share.propose").id)
    say(N_("Le partage est retiré. Tu peux en proposer un autre."))


@command(shares, "answer", needs="share.answer")
@click.argument("order")
@click.argument("said", type=click.Choice(SAID))
@click.option("--note", default="", help="Ta question.")
def answer(work: Work, order: str, said: str, note: str) -> None:
    """Répondre pour sa part : d'accord, pour la cagnotte, ou une question."""
    found = the_order(work, order)
    for one in answers.mine(work):
        if one.order.id == found.id:
            answers.answer(work, one.allocation.id, said, note)
            say(N_("Ta réponse est notée."))
            return
    raise NotFound(N_("Tu n'as pas de part dans {order}."), order=order)


@command(shares, "close", needs="share.close")
@click.argument("order")
@click.option("--note", default="", help="Ce que vous avez décidé.")
def close(work: Work, order: str, note: str) -> None:
    """Valider le partage proposé par une autre personne."""
    closing.close(work, the_proposal(work, order, "share.close").id, note)
    say(N_("Le partage est validé. Il ne change plus."))


@command(shares, "check", needs="share.read")
@click.argument("order")
@JSON
def check(work: Work, order: str, as_json: bool) -> None:
    """Refaire le compte d'une commande, d'après le grand livre."""
    found = the_order(work, order, "share.read")
    closed = plan.closed_of(work.session, found.id)
    if not closed:
        raise NotFound(N_("Aucun partage n'est validé pour {order}."), order=order)
    told = ledger.of_order(work.session, found.id)
    if as_json:
        names = ("gross", "vat", "expenses", "fee", "pot", "to_share")
        show_rows([{name: getattr(told, name) for name in names}], True)
        return
    carrier = shareouts.carrier_of(work.session, closed[0])
    click.echo(check_line(told, carrier.name, _translate(work)))


@command(shares, "mine", needs="member.own")
@JSON
def mine(work: Work, as_json: bool) -> None:
    """Voir ses propres parts."""
    for part in parts.my_parts(work):
        if as_json:
            show_rows([_part_row(part)], True)
        else:
            click.echo(part.order)
            for line in parts.told(part):
                click.echo(line)


@command(shares, "requests", needs="pay.request")
@JSON
def requests(work: Work, as_json: bool) -> None:
    """Voir les demandes de paie."""
    rows = [
        {
            "id": one.request.id,
            "month": f"{one.request.month:%Y-%m}",
            "activity": one.activity.title,
            "carrier": one.carrier.name,
            "state": one.request.state,
            "cents": one.cents,
        }
        for one in payrequests.batches(work)
    ]
    show_rows(rows, as_json, "id", "month", "activity", "carrier", "state", "cents", labels=LABELS)


@command(shares, "collect", needs="pay.request")
@click.option("--carrier", help="Seulement pour cette maison.")
def collect(work: Work, carrier: str | None) -> None:
    """Mettre les parts acceptées dans la demande du mois."""
    house = carriers.carrier_named(work, carrier) if carrier else None
    for request in payrequests.collect(work, house.id if house else None):
        cents = payrequests.total(work.session, request.id)
        say(N_("{id} : {amount}."), id=request.id, amount=format_cents(cents))


@command(shares, "send", needs="pay.request")
@click.argument("request")
def send(work: Work, request: str) -> None:
    """Dire qu'une demande de paie est partie."""
    payrequests.send(work, the_id(request))
    say(N_("La demande est partie. Envoie maintenant le fichier."))


@command(shares, "paid", needs="payment.confirm")
@click.argument("request")
def paid(work: Work, request: str) -> None:
    """Dire, pour la maison, qu'une demande de paie est payée."""
    payrequests.mark_paid(work, the_id(request))
    say(N_("C'est noté : la demande est payée."))


@command(shares, "file", needs="pay.request")
@click.argument("request")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def write_file(work: Work, request: str, target: Path) -> None:
    """Écrire le fichier d'une demande de paie pour la maison."""
    target.write_bytes(payrequests.export(work, the_id(request)))
    say(N_("Le fichier est dans {target}."), target=target)


def _translate(work: Work) -> Any:
    return work.instance.texts.gettext


def _row(share_out: ShareOut, shown: list[parts.Part]) -> dict[str, Any]:
    amounts = ("received_cents", "vat_cents", "expenses_cents", "fee_cents", "pot_cents")
    names = ("id", "kind", "state", *amounts, "to_share_cents")
    return {
        **{name: getattr(share_out, name) for name in names},
        "parts": [_part_row(part) for part in shown],
    }


def _part_row(part: parts.Part) -> dict[str, Any]:
    names = ("id", "name", "order", "cents", "minutes", "reason", "answer", "note")
    return {**{name: getattr(part, name) for name in names}, "notice": list(part.notice)}
