"""``kpa catering``: cookbooks in and out, what a menu needs, the menu of an order."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any
from uuid import UUID

import click

from kpa_catering import buying, menus, orders, words
from kpa_catering.books import import_cookbook
from kpa_catering.cookbook import decode_cookbook, example
from kpa_catering.cookbook_text import LICENCES
from kpa_catering.plan import AllergenSheet, Plan
from kpa_catering.settings import Settings
from kpa_catering.texts import told
from kpa_core.api import (
    N_,
    Misuse,
    Work,
    activities_for,
    command,
    current_locale,
    format_cents,
    order_named,
    parse_cents,
)


def add(group: click.Group, settings: Settings) -> None:
    """Add the commands of the kitchen to ``kpa catering``."""
    _books(group, settings)
    _menus(group)
    _choosing(group, settings)
    _buying(group)


def _books(group: click.Group, settings: Settings) -> None:
    @command(group, "import", needs="catering.write")
    @click.argument("file", type=click.File("rb"), required=False)
    @click.option("--example", "shipped", is_flag=True, help="Le buffet oriental du logiciel.")
    @click.option("--activity", default="", help="L'activité des menus, par son nom.")
    def take_in(work: Work, file: Any, shipped: bool, activity: str) -> None:
        """Prendre un carnet de recettes."""
        if (file is None) is not shipped:
            raise Misuse(N_("Écris un fichier, ou --example."))
        book = example() if shipped else decode_cookbook(file.read())
        here = _activity(work, activity) if book.menus else None
        done = import_cookbook(work, book, here, vat_rate_bp=settings.vat_rate_bp)
        _say(N_("Fiches arrivées dans la cuisine : {new}."), new=done.new)
        if done.kept:
            names = ", ".join(done.kept)
            _say(N_("Déjà là, gardées comme chez nous : {names}."), names=names)
        for row in done.menus:
            click.echo(row.slug)

    @command(group, "export", needs="activity.read")
    @click.argument("menu")
    @click.option("--licence", default=LICENCES[0], help="La licence du carnet.")
    def give_out(work: Work, menu: str, licence: str) -> None:
        """Écrire un menu comme carnet de recettes, à partager."""
        click.echo(menus.cookbook_of(work, menus.menu_named(work, menu), licence), nl=False)


def _menus(group: click.Group) -> None:
    @command(group, "menus", needs="activity.read")
    def list_menus(work: Work) -> None:
        """Les menus de tes activités."""
        for title, rows in menus.menus(work):
            click.echo(title)
            for row in rows:
                click.echo(f"  {row.slug}  {row.name}")

    @command(group, "needs", needs="activity.read")
    @click.argument("menu")
    @click.option("--guests", type=int, required=True, help="Le nombre de personnes.")
    @click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
    def needs(work: Work, menu: str, guests: int, as_json: bool) -> None:
        """Les courses et le temps d'un menu."""
        plan = menus.plan_of(menus.menu_named(work, menu), guests)
        if as_json:
            cost = {
                "total_cents": plan.cost.total_cents,
                "at_least_cents": plan.cost.at_least_cents,
            }
            click.echo(json.dumps({**plan.to_keep(), "cost": cost}, ensure_ascii=False))
            return
        for line in _needs(plan):
            click.echo(line)

    @command(group, "allergens", needs="activity.read")
    @click.argument("menu")
    @click.option("--json", "as_json", is_flag=True, help="Pour une machine.")
    def allergens(work: Work, menu: str, as_json: bool) -> None:
        """Les 14 allergènes d'un menu."""
        sheet = menus.allergens_of(menus.menu_named(work, menu))
        if as_json:
            click.echo(json.dumps(asdict(sheet), ensure_ascii=False))
            return
        for line in _allergens(sheet):
            click.echo(line)


def _choosing(group: click.Group, settings: Settings) -> None:
    @command(group, "choose", needs="catering.choose")
    @click.argument("order")
    @click.argument("menu")
    @click.option("--price", required=True, help="Le prix par personne, sans la TVA : 15,00.")
    @click.option("--reason", default="", help="Pourquoi ce prix.")
    def choose(work: Work, order: str, menu: str, price: str, reason: str) -> None:
        """Choisir le menu d'une commande."""
        row = orders.choose(
            work,
            order_named(work, order, "catering.choose").id,
            menus.menu_named(work, menu, "catering.choose").id,
            parse_cents(price, field="price"),
            settings,
            reason=reason,
        )
        plan = Plan.kept(row.promised)
        _say(
            N_("« {menu} » est choisi pour {guests} personnes."), menu=plan.menu, guests=row.guests
        )
        click.echo(words.cost(plan.cost))


def _buying(group: click.Group) -> None:
    @command(group, "shopping", needs="order.read")
    @click.argument("order")
    def shopping(work: Work, order: str) -> None:
        """La liste de courses d'une commande."""
        found = order_named(work, order)
        if not _chosen(work, found):
            return
        for line in buying.shopping_of(work, found.id).lines:
            box = "x" if line.taken_on else " "
            click.echo(f"[{box}] {line.bought.name} : {words.packs(line.bought)}")

    @command(group, "cost", needs="order.read")
    @click.argument("order")
    def cost(work: Work, order: str) -> None:
        """Le coût d'une commande, aux derniers prix payés."""
        found = order_named(work, order)
        if not _chosen(work, found):
            return
        shopping = buying.shopping_of(work, found.id)
        for line in shopping.lines:
            if line.paid and line.cost_cents is not None:
                price = format_cents(line.cost_cents, current_locale())
                click.echo(f"{price:>10}  {line.bought.name} ({line.paid.day:%d/%m/%Y})")
            else:
                click.echo(f"{'?':>10}  {line.bought.name}")
        click.echo(words.cost(shopping.cost))


def _chosen(work: Work, order: Any) -> bool:
    if orders.choice_of(work.session, order.id, order.activity_id) is not None:
        return True
    _say(N_("Aucun menu n'est encore choisi pour {reference}."), reference=order.reference)
    return False


def _say(message: str, **values: object) -> None:
    click.echo(told(message, **values))


def _activity(work: Work, title: str) -> UUID:
    """Return the activity of this name, or the only one there is."""
    here = activities_for(work, "catering.choose")
    found = [one for one in here if one.title.casefold() == title.strip().casefold()]
    if not title and len(here) == 1:
        found = here
    if len(found) != 1:
        names = ", ".join(one.title for one in here)
        raise Misuse(N_("Écris --activity avec une de tes activités : {names}."), names=names)
    return found[0].id


def _needs(plan: Plan) -> Iterable[str]:
    for line in plan.bought:
        price = "?" if line.cost_cents is None else format_cents(line.cost_cents, current_locale())
        yield f"{price:>10}  {line.name} : {words.packs(line)}"
    yield words.cost(plan.cost)
    if plan.minutes is not None:
        yield told(N_("Temps habituel, en tout : {span}."), span=words.span(plan.minutes))


def _allergens(sheet: AllergenSheet) -> Iterable[str]:
    for key, answer in sheet.whole.answers.items():
        because = f" ({', '.join(answer.because_of)})" if answer.because_of else ""
        yield f"{words.allergen(key)} : {words.presence(answer.presence)}{because}"
    for name, asked in sheet.questions.items():
        keys = ", ".join(words.allergen(key) for key in asked)
        yield told(N_("À demander pour « {name} » : {keys}."), name=name, keys=keys)
