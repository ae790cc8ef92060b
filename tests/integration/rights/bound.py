"""The page that binds the table of rights, copied by hand, and where the table differs from it.

A line is one of the page's (``reliability.md`` §6): what it speaks of, who has it there, in the
order of the table's roles, and the capabilities it became. ``*`` is everywhere, ``A`` in their
activity, ``C`` for their carrier, ``S`` about themselves. The page's member of an activity is the
participant, its technical admin is ``admin`` in the pages and ``operator`` on the machine. Its
lines about peers and keys became the capabilities of the federation; those about notes of social
follow-up are about what is not made.
"""

from __future__ import annotations

from kpa_core.rights.table import ROLES

SIGNS = {"*": "all", "A": "activity", "C": "carrier", "S": "self"}
LINES = """
#                                vis per mem par ref tre ani hos sup adm ope
public catalogue, public page     *   -   -   -   -   -   -   -   -   -   -  | public.read
planning and notes: the list      -   -   *   A   A   A   A   -   -   -   -  | activity.list
planning and notes: read          -   -   -   A   A   A   A   -   -   -   -  | activity.read task.read contribution.read
planning and notes: write         -   -   -   A   A   -   A   -   -   -   -  | activity.write task.plan contribution.write impact.write
who is here                       -   -   *   A   A   A   A   -   -   -   -  | member.list
members' contact                  -   S   -   A   A   A   A   -   -   -   -  | member.read
contract data                     -   S   -   -   -   -   A   C   -   -   -  | engagement.read
minor file                        -   S   -   -   -   -   A   -   -   -   -  | minor.read
draft quote, invoice: read        -   -   -   A   A   A   A   C   -   -   -  | order.read document.read
draft quote, invoice: write       -   -   -   A   A   A   A   -   -   -   -  | order.write quote.send
issue invoice, credit note        -   -   -   A   A   A   -   C   -   -   -  | invoice.issue invoice.credit
record payment                    -   -   -   -   -   A   -   C   -   -   -  | payment.record
shares: own view                  -   S   -   -   -   -   -   -   -   -   -  | member.own
shares: read                      -   -   -   A   A   A   A   C   -   -   -  | share.read
shares: propose                   -   -   -   -   A   A   -   -   -   -   -  | share.propose
shares: vote                      -   -   -   A   A   A   -   -   -   -   -  | share.answer
approve payout                    -   -   -   -   -   A   A   C   -   -   -  | share.close
roles: member                     -   -   -   -   A   -   A   -   -   -   -  | role.grant.participant
roles: référent·e                 -   -   -   -   -   -   A   -   -   -   -  | role.grant.referent
roles: treasurer                  -   -   -   -   -   -   -   C   -   -   -  | role.grant.treasurer
roles: instance                   -   -   -   -   -   -   -   -   -   *   *  | role.grant.instance
plugins, backup, restore          -   -   -   -   -   -   -   -   -   *   *  | house.read house.operate
audit: own                        -   S   -   -   -   -   -   -   -   -   -  | audit.own
audit: others'                    -   -   -   -   A   A   A   C   -   -   -  | audit.read
"""  # noqa: E501 - a table

DIFFERENT = {
    # (capability, role): (what the page gives, what the table gives, why)
    ("activity.list", "participant"): (
        "activity",
        "",
        "a participant reads their activity; the list of all comes with being a member",
    ),
    ("activity.list", "referent"): ("activity", "", "the same"),
    ("activity.list", "treasurer"): ("activity", "", "the same"),
    ("activity.list", "animator"): (
        "activity",
        "all",
        "who accompanies hands an order over to another activity: they choose it from the list",
    ),
    ("activity.list", "supporter"): (
        "",
        "all",
        "the carrying structure is owed counts; it gets the names of activities and of groups,"
        " and no page about a person, an order or an amount",
    ),
    ("contribution.write", "treasurer"): (
        "",
        "activity",
        "hours go into a share-out: its treasurer notes those that were forgotten",
    ),
    ("member.list", "participant"): (
        "activity",
        "",
        "they read the cards of their activity; the list of all comes with being a member",
    ),
    ("member.list", "referent"): ("activity", "", "the same"),
    ("member.list", "treasurer"): ("activity", "", "the same"),
    ("member.list", "animator"): ("activity", "all", "they welcome people, so they see who is in"),
    ("member.list", "admin"): ("", "all", "who gives instance roles chooses a name; names only"),
    ("engagement.read", "referent"): (
        "",
        "activity",
        "who confides a task must see whether the papers are good: the green light",
    ),
}
"""Every place where the two differ. The page's opt-in to contacts and its totals for the carrying
structure are not made: nothing is shown in their stead. Whoever reads the log of an activity's or a
carrier's money reads the acts of ``ABOUT_MONEY`` only."""

UNSAID = {
    # capability: what holds it where the page says nothing
    "public.ask": "the public page has a form",
    "public.sign": "a customer answers the quote of their link",
    "account.enter": "a way in",
    "account.own": "one's own session and card",
    "home.read": "one's own next thing to do",
    "member.welcome": "T6: who accompanies lets people in",
    "member.write": "who accompanies writes the card",
    "member.erase": "R42: oneself by member.own, else who accompanies",
    "member.merge": "who accompanies puts two cards together",
    "member.card": "§6 accounts: two accompanying persons for a lost card",
    "role.grant.member": "given with a first role in an activity",
    "partner.read": "bodies, not people",
    "partner.write": "bodies, not people",
    "cohort.read": "names of groups",
    "cohort.write": "names of groups",
    "engagement.write": "contracts are made by who accompanies and by the carrier",
    "activity.propose": "the page's publish, inside: any member proposes",
    "carrier.choose": "the new carrier agrees: its host, or the animator who accompanies",
    "activity.publish": "the page's publish, inside: the group's référent·e publishes an offer",
    "customer.read": "a customer is the KPA's, not an activity's: one mairie, several activities",
    "customer.write": "the same",
    "quote.approve": "domain.md §4b: members agree before a quote leaves",
    "task.answer": "one says whether one comes",
    "carrier.read": "who invoices, as on each invoice",
    "carrier.add": "a carrier is there before its people: by the machine, or who accompanies",
    "carrier.write": "its people; on the machine while it has none: no page of the admin does it",
    "invoice.answer": "the number a carrier gave is copied, no invoice is made",
    "payment.confirm": "stricter than recording: only where the account is",
    "expense.read": "as orders",
    "expense.write": "as orders",
    "pot.read": "domain.md §4b: all see the group's pots",
    "pay.request": "asks the carrier to pay what was closed; moves nothing",
    "charter.read": "the group's rules, for all of it",
    "charter.write": "the group's rules, dated, with who decided",
    "audit.all": "the whole log of an activity, for who accompanies and its référent·e",
    "told.read": "who was not reached, for those who can go and tell them",
}


EVERYONE = ("member", "participant", "referent", "treasurer", "animator")
MACHINE = ("admin", "operator")
NETWORK = {
    # publish to the network: members propose, the référent·e and who accompanies publish. The page
    # lets the technical admin publish too: here who runs the machine has no say on what is said.
    "federation.read": EVERYONE,
    "federation.write": EVERYONE,
    "federation.publish": ("referent", "animator"),
    # add or suspend a peer
    "federation.peers": MACHINE,
    # rotate or recover the key: guardians sign elsewhere, the technical admin only executes
    "federation.keys": MACHINE,
}
"""Who holds each capability of the federation, everywhere."""


def bound() -> dict[str, dict[str, str]]:
    """Return role → reach of each capability as the page gives it, differences included."""
    found = {}
    for line in LINES.split("\n")[2:-1]:
        told, _, names = line.partition("|")
        signs = told.split()[-len(ROLES) :]
        given = {role: SIGNS[sign] for role, sign in zip(ROLES, signs, strict=True) if sign != "-"}
        found.update({name: dict(given) for name in names.split()})
    for (name, role), (there, here, _) in DIFFERENT.items():
        assert found[name].pop(role, "") == there, (name, role)
        if here:
            found[name][role] = here
    return found
