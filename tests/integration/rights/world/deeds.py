"""Every act a page offers, done by somebody who may, with what it leaves in the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from world import coop, deeds_of_the_network, preparing, shop, workshop
from world.deed import Deed, on
from world.places import Place

if TYPE_CHECKING:
    from world.build import World


GONE = ("role.grant.participant", "member.erase")
ACCOUNTS = {
    **dict.fromkeys(("customers", "services", "goods", "deposits", "bank", "cash"), "4111"),
    **dict.fromkeys(("vat", "vat_waiting", "rounding_lost", "rounding_won"), "44571"),
    "vat_by_rate": "20 : 445711",
}

COLD = {"temperature": "3", "action": "", "order": "", "lot": "", "supplier": ""}

DEEDS: dict[str, Deed] = {
    # --- the way in, and one's own ---
    "accounts.enter": Deed("visitor", (), {"who": "0611000001"}),
    "accounts.out": Deed("member", ()),
    "accounts.lock": Deed("member", ()),
    "accounts.own_card": Deed("member", ("member.card",)),
    "accounts.choose_password": Deed("member", ("account.own", "account.own")),
    "accounts.remove_password": Deed("member", ("account.own",)),
    "accounts.end_session": Deed("participant_a", ("account.own",)),
    "accounts.end_other_sessions": Deed("member", ("account.own",)),
    "accounts.erase": Deed(
        "participant_a", ("role.grant.participant", "member.erase"), {"sure": "y"}
    ),
    "activities.open_calendar": Deed("member", ("account.own",)),
    "activities.close_calendar": Deed("member", ("account.own",)),
    "members.own": Deed("member", ("member.write",)),
    "members.lay_down": Deed("participant_a", ("role.grant.participant",)),
    # --- other people's way in ---
    "accounts.tell": Deed("referent_a", ("told.read",)),
    "accounts.issue_card": Deed("referent_a", ("member.card",)),
    "accounts.approve_card": Deed("animator", ("member.card",), before=preparing.a_card_that_waits),
    "accounts.take_card_back": Deed("referent_a", ("member.card",)),
    "accounts.end_sessions_of": Deed("referent_a", ("member.card",)),
    "accounts.set_access": Deed("referent_a", ("member.card",), {"open": "no"}),
    "accounts.erase_person": Deed("animator", GONE, {"sure": "y"}),
    # --- people and bodies ---
    "members.welcome": Deed("animator", ("member.welcome",)),
    "members.change": Deed("animator", ("member.write",)),
    "members.consent": Deed("animator", ("member.write",)),
    "members.merge": Deed("animator", ("member.merge",), {"gone_id": "$second"}),
    "members.add_partner": Deed("animator", ("partner.write", "partner.write")),
    "members.add_partner_role": Deed("animator", ("partner.write",)),
    "members.end_partner_role": Deed("animator", ("partner.write",), uses=on(role="partner")),
    "members.add_cohort": Deed("animator", ("cohort.write",)),
    "members.close_cohort": Deed("animator", ("cohort.write",)),
    "members.place_person": Deed("animator", ("cohort.write",), {"person_id": "$second"}),
    "members.remove_person": Deed("animator", ("cohort.write",)),
    # --- roles ---
    "members.give_role": Deed(
        "referent_a",
        ("role.grant.participant",),
        {"person_id": "$member", "kind": "participant"},
        query="activity=$activity_id",
    ),
    "members.end_role": Deed("referent_a", ("role.grant.participant",)),
    "members.give_treasury": Deed(
        "host_a", ("role.grant.treasurer",), {"person_id": "$second", "activity_id": "$activity_id"}
    ),
    "members.end_treasury": Deed("host_a", ("role.grant.treasurer",), uses=on(role="treasurer")),
    "members.give_kpa_role": Deed(
        "admin", ("role.grant.instance",), {"person_id": "$second", "kind": "supporter"}
    ),
    "members.end_kpa_role": Deed("admin", ("role.grant.instance",), uses=on(role="host")),
    "activities.add_place": Deed(
        "referent_a", ("role.grant.participant",), {"person_id": "$member"}
    ),
    # --- contracts ---
    "members.draft_engagement": Deed(
        "animator", ("engagement.write",), {"person_id": "$second", "kind": "cape"}
    ),
    "members.sign_engagement": Deed("animator", ("engagement.write",), uses=on(engagement="draft")),
    "members.insure_engagement": Deed("animator", ("engagement.write",)),
    "members.answer_engagement": Deed(
        "animator", ("engagement.write",), {"question": "full_time_employee", "answer": "no"}
    ),
    "members.renew_engagement": Deed("animator", ("engagement.write",), {"ends_on": "2040-01-01"}),
    "members.end_engagement": Deed("animator", ("engagement.write",)),
    "members.refuse_engagement": Deed("animator", ("engagement.write",)),
    "cape.policy": Deed(
        "host_a",
        ("cape.policy",),
        {"guardian_consent": "always", "starts_on": "2040-01-01", "source": "conseil"},
        bare=True,
    ),
    "cape.hand_over": Deed("referent_a", ("cape.letter",), {"done": "yes"}),
    # --- activities ---
    "activities.propose": Deed("member", ("activity.propose",)),
    "activities.change_activity": Deed("participant_a", ("activity.write",)),
    "activities.move_activity": Deed("participant_a", ("activity.write",), {"state": "review"}),
    "activities.add_offer": Deed("participant_a", ("activity.write",)),
    "activities.change_offer": Deed("participant_a", ("activity.write",)),
    "activities.move_offer": Deed("referent_a", ("activity.publish",), {"state": "published"}),
    "activities.add_counter": Deed("participant_a", ("impact.write",)),
    "activities.add_amount": Deed("participant_a", ("impact.write",)),
    "activities.order_again": Deed("participant_a", ("order.write",)),
    "invoices.choose_carrier": Deed("animator", ("carrier.choose",)),
    # --- orders ---
    "activities.ask": Deed("visitor", ("public.ask",)),
    "activities.add_order": Deed("participant_a", ("order.write",)),
    "activities.change_order": Deed("participant_a", ("order.write",)),
    "activities.hand_over": Deed("animator", ("order.write",)),
    "activities.choose_customer": Deed("participant_a", ("order.write",)),
    "activities.move": Deed(
        "participant_a", ("quote.send",), {"state": "accepted"}, uses=on(order="quoted")
    ),
    "activities.stop": Deed("participant_a", ("order.write",)),
    "activities.note": Deed("participant_a", ("order.write",)),
    "activities.same_customer": Deed("participant_a", ("order.write",), {"customer_id": "$twin"}),
    "activities.add_customer": Deed("participant_a", ("customer.write",)),
    "activities.change_customer": Deed("participant_a", ("customer.write",)),
    "activities.price": Deed("participant_a", ("order.write",)),
    "activities.add_line": Deed("participant_a", ("order.write",)),
    "activities.change_line": Deed("participant_a", ("order.write",)),
    "activities.remove_line": Deed("participant_a", ("order.write",)),
    "activities.approve": Deed("participant_a", ("quote.approve",)),
    # --- the planning ---
    "activities.add_task": Deed("participant_a", ("task.plan",)),
    "activities.add_order_task": Deed("participant_a", ("task.plan",)),
    "activities.change_task": Deed("participant_a", ("task.plan",)),
    "activities.cancel_task": Deed("participant_a", ("task.plan",)),
    "activities.answer_task": Deed("participant_a", (), {"answer": "maybe"}),
    "activities.assign": Deed("participant_a", ("task.plan",), {"person_id": "$second"}),
    "activities.unassign": Deed("participant_a", ("task.plan",), {"person_id": "$person_id"}),
    "activities.note_hours": Deed("participant_a", ("contribution.write",)),
    "activities.note_order_hours": Deed("participant_a", ("contribution.write",)),
    "activities.note_task_hours": Deed(
        "participant_a", ("contribution.write",), {"people": "$person_id"}, uses=on(task="today")
    ),
    "activities.correct": Deed("participant_a", ("contribution.write",)),
    # --- papers ---
    "invoices.send_quote": Deed("participant_a", ("quote.send",), uses=on(order="priced")),
    "invoices.quote_link": Deed("visitor", ("public.sign",), {"answer": "accepted"}),
    "invoices.answer_quote": Deed("participant_a", ("quote.send",), uses=on(document="quote")),
    "invoices.approve_invoice": Deed("participant_a", ("invoice.issue",), uses=on(order="done")),
    "invoices.issue": Deed("treasurer_a", ("invoice.issue",), uses=on(order="done")),
    "invoices.ask_deposit": Deed(
        "treasurer_a", (), {"rate_bp": "30", "cents": ""}, uses=on(order="done")
    ),
    "invoices.issue_deposit": Deed(
        "treasurer_a", ("invoice.issue",), {"cents": "100"}, uses=on(order="done")
    ),
    # The carrier numbers: the payment is written with its number.
    "invoices.issue_paid": Deed("treasurer_a", ("invoice.issue",), uses=on(order="done")),
    "invoices.correct": Deed("treasurer_a", ("invoice.credit",)),
    "invoices.keep_invoice": Deed("treasurer_a", ("invoice.credit",), uses=on(order="reopened")),
    "invoices.approve_credit": Deed("participant_a", ("invoice.credit",)),
    "invoices.credit": Deed("treasurer_a", ("invoice.credit",)),
    "invoices.note_number": Deed("treasurer_a", ("invoice.answer",), uses=on(document="handover")),
    "invoices.send_back": Deed("treasurer_a", ("invoice.answer",), uses=on(document="handover")),
    "invoices.make_link": Deed("treasurer_a", ("invoice.answer",), uses=on(document="handover")),
    "invoices.end_link": Deed("host_a", ("invoice.answer",), uses=on(document="handover")),
    "invoices.carrier_link": Deed(
        "visitor", ("public.sign",), {"answer": "seen"}, query="papier=$handed"
    ),
    "invoices.returns": Deed("treasurer_a", (), {"file": preparing.a_carriers_file}),
    "invoices.note_returns": Deed(
        "treasurer_a", ("invoice.answer",), {"content": preparing.returned, "chosen": "2:number"}
    ),
    "invoices.pay": Deed("treasurer_a", ("payment.record",)),
    "invoices.confirm_payment": Deed("host_a", ("payment.confirm",)),
    "invoices.invoice_link": Deed("visitor", ("public.sign",), {"method": "transfer"}),
    "invoices.note_status": Deed("treasurer_a", ("invoice.answer",), {"code": "200"}),
    "invoices.answer_reminders": Deed("treasurer_a", ("payment.record",), {"kind": "stopped"}),
    "invoices.reminder_sent": Deed(
        "treasurer_a", ("payment.record",), before=preparing.an_overdue_invoice
    ),
    "invoices.decide_excess": Deed(
        "treasurer_a", ("payment.record",), {"choice": "keep"}, before=preparing.money_in_excess
    ),
    "invoices.set_reminders": Deed("host_a", ("carrier.write",), {"days": "7, 21"}),
    "invoices.add_carrier": Deed(
        "animator", ("carrier.add",), {"siret": "73282932000074", "vat_number": "FR44732829320"}
    ),
    "invoices.change_carrier": Deed("host_a", ("carrier.write",)),
    "invoices.change_accounts": Deed("host_a", ("carrier.write",), ACCOUNTS),
    "invoices.change_identity": Deed("host_a", ("carrier.write",), {"siret": "73282932000074"}),
    "invoices.grant_series": Deed(
        "host_a",
        ("carrier.write",),
        {"code": "N", "pattern": "N-{year}-{number:04}"},
        before=preparing.a_carrier_without_series,
    ),
    "invoices.close_series": Deed("host_a", ("carrier.write",)),
    # --- money ---
    "sharing.add_expense": Deed("participant_a", ("expense.write",)),
    "sharing.add_activity_expense": Deed(
        "participant_a", ("expense.write",), {"pot_id": "$pot_id"}
    ),
    "sharing.add_expense_file": Deed(
        "participant_a", ("expense.write",), {"file": preparing.a_supplier_file}
    ),
    "sharing.add_activity_expense_file": Deed(
        "participant_a", ("expense.write",), {"file": preparing.a_supplier_file}
    ),
    "sharing.take_paper": Deed("participant_a", ("expense.write",), {"accept": "y"}),
    "sharing.cancel_expense": Deed("participant_a", ("expense.write",)),
    "sharing.hand_back": Deed("treasurer_a", ("payment.record",), uses=on(expense="covered")),
    "sharing.open_pot": Deed(
        "treasurer_a", ("payment.record",), {"kind": "cash", "activity_id": "$activity_id"}
    ),
    "sharing.put_in": Deed("host_a", ("payment.confirm",)),
    "sharing.transfer": Deed("treasurer_a", ("payment.record",)),
    "sharing.propose": Deed("referent_a", ("share.propose",), uses=on(order="paid")),
    "sharing.withdraw": Deed("referent_a", ("share.propose",)),
    "sharing.answer": Deed("participant_a", ("share.answer",), {"answer": "to_pot"}),
    "sharing.ask": Deed("participant_a", ("share.answer",)),
    "sharing.close": Deed("treasurer_a", ("share.close",)),
    "sharing.collect_pay": Deed("referent_a", ("pay.request",)),
    "sharing.send_pay": Deed("referent_a", ("pay.request",)),
    "sharing.pay_done": Deed("host_a", ("payment.confirm",), uses=on(pay_request="sent")),
    "sharing.add_scale": Deed("host_a", ("carrier.write",), {"tiers": "*:11,5"}),
    "sharing.choose_share_rule": Deed("referent_a", ("charter.write",)),
    **{
        f"sharing.change_{name}": Deed("referent_a", ("charter.write",))
        for name in (
            "quote_approvals",
            "invoice_issuers",
            "pot_common",
            "share_second_person",
            "pay_cut_off_day",
        )
    },
    # --- the kitchen ---
    "catering.set_menu_state": Deed("participant_a", ("catering.choose",), {"state": "archived"}),
    "catering.add_control": Deed("participant_a", ("catering.log",), COLD),
    "catering.correct_control": Deed("participant_a", ("catering.log",), COLD),
    "catering.tick": Deed(
        "participant_a",
        ("catering.choose",),
        {"what": "canaricarottea", "taken": "1"},
        before=preparing.a_menu_chosen,
    ),
    "catering.pay_price": Deed(
        "participant_a",
        ("catering.choose",),
        {"what": "canaricarottea"},
        before=preparing.a_menu_chosen,
    ),
    "catering.take_in": Deed("participant_a", ("catering.write",)),
    "catering.take_menu": Deed("participant_a", ("catering.choose",)),
    "catering.add_equivalence": Deed(
        "participant_a",
        ("catering.write",),
        {"left": "1", "left_unit": "l", "right": "900", "right_unit": "g"},
    ),
    **{
        f"catering.{name}": Deed("participant_a", ("catering.choose",))
        for name in ("choose_menu", "add_menu", "change_menu", "add_serving", "remove_serving")
    },
    **{
        f"catering.{name}": Deed("participant_a", ("catering.write",))
        for name in (
            "remove_equivalence",
            "say_origin",
            "answer",
            "rename_ingredient",
            "price_ingredient",
            "add_ingredient",
            "rename_dish",
            "add_component",
            "add_dish",
            "remove_component",
            "change_recipe",
            "add_recipe_line",
            "remove_recipe_line",
            "add_recipe",
        )
    },
    **deeds_of_the_network.DEEDS,
    **coop.DEEDS,
    **shop.DEEDS,
    **workshop.DEEDS,
    # --- the machine ---
    **dict.fromkeys(
        ("outbox.retry", "outbox.give_up", "outbox.try_now"), Deed("admin", ("house.operate",))
    ),
}

BY_SECRET = {"accounts.card", "accounts.link", "accounts.password"}
"""Acts that want a real secret; the tests of accounts do them and look at their one trace."""

BY_MACHINES = {
    "coopcycle.signal",
    "ofn.signal",
    *(f"federation.{name}" for name in ("hello", "cosign", "ping", "sync")),
}
"""What other machines send: no forms, and signed where they change something."""

AT_NODES = {"federation.hold"}
"""What only a network node does; its own tests do it there."""


def values(world: World, place: Place, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields with the things of the place in the place of their names."""
    named = {
        **place.ids,
        "second": world.cast[f"second_{place.letter.lower()}"].person,
        "member": world.cast["member"].person,
        "twin": place.more["customer_id:2"],
    }

    def told(value: Any) -> Any:
        if callable(value):
            return value(world)
        is_thing = isinstance(value, str) and value.startswith("$")
        return str(named[value[1:]]) if is_thing else value

    return {name: told(value) for name, value in fields.items()}
