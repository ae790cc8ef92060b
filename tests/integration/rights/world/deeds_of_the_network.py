"""What people do with records, neighbours and keys: see :mod:`world.deeds`."""

from __future__ import annotations

from kpa_catering.menu_fields import KEY
from world import preparing
from world.deed import Deed, on

KEYS, PEERS = ("federation.keys",), ("federation.peers",)

DEEDS: dict[str, Deed] = {
    # --- records for other groups ---
    "federation.write": Deed("participant_a", ("federation.write",)),
    "federation.change": Deed("participant_a", ("federation.write",)),
    "federation.from_thing": Deed(
        "participant_a", ("federation.write",), {"kind": KEY, "thing": "$menu_id"}
    ),
    "federation.draft_again": Deed(
        "participant_a", ("federation.write",), before=preparing.a_record_without_its_draft
    ),
    "federation.drop": Deed("participant_a", ("federation.write",)),
    "federation.add_file": Deed(
        "participant_a", ("federation.write",), {"file": preparing.a_picture}
    ),
    "federation.remove_file": Deed("participant_a", ("federation.write",)),
    "federation.publish": Deed("referent_a", ("federation.publish",), {"looked": "y"}),
    "federation.withdraw": Deed("referent_a", ("federation.publish",), uses=on(draft="published")),
    "federation.say_my_name": Deed("member", ("federation.read",), {"answer": "yes"}),
    "federation.take": Deed("participant_a", ("federation.write", "federation.read")),
    "federation.want_file": Deed("participant_a", ()),
    "federation.our_profile": Deed(
        "referent_a",
        ("federation.write", "federation.write", "federation.publish"),
        {"contact": "https://moulins.example/"},
    ),
    "federation.take_over": Deed("referent_a", ()),
    "federation.hand_over": Deed("referent_a", ()),
    # --- neighbours and keys ---
    "federation.key": Deed("admin", (), {"file": preparing.a_key}),
    "federation.welcome": Deed("admin", ()),  # who is followed already is greeted by nobody
    "federation.key_done": Deed("admin", ()),
    "federation.leave": Deed("admin", ("federation.keys",), {"sure": "y"}),
    "federation.come_back": Deed("admin", ("federation.keys",), before=preparing.outside),
    "federation.invite": Deed("admin", ("federation.peers",)),
    "federation.join": Deed(
        "admin",
        (),
        {"link": lambda world: world.texts["invitation"]},
        before=preparing.an_invitation,
    ),
    "federation.confirm": Deed(
        "admin",
        ("federation.peers",),
        {"sure": "y"},
        query="link=$invitation",
        before=preparing.an_invitation,
    ),
    "federation.decide": Deed("admin", ("federation.peers",)),
    "federation.vouch": Deed("admin", PEERS),
    "federation.unvouch": Deed("admin", PEERS, before=preparing.a_vouch),
    "federation.warn": Deed("admin", PEERS, {"about": preparing.their_record}),
    "federation.unwarn": Deed(
        "admin", PEERS, {"about": preparing.their_record}, before=preparing.a_warning
    ),
    "federation.choose_list": Deed("admin", PEERS),
    "federation.show_anyway": Deed("admin", PEERS, {"about": preparing.their_record}),
    "federation.choose_guardians": Deed(
        "admin",
        KEYS,
        {"names": "\n".join(preparing.GUARDIANS), "threshold": "2"},
        before=preparing.no_ceremony,
    ),
    "federation.change_key": Deed("admin", KEYS, {"sure": "y"}, before=preparing.guardians),
    "federation.stolen_key": Deed("admin", KEYS, before=preparing.guardians),
    "federation.bring_home": Deed(
        "admin",
        ("federation.peers", "federation.keys"),
        {"origin": lambda world: world.texts["origin"], "address": preparing.ADDRESS},
    ),
    "federation.promise_line": Deed("admin", KEYS, {"text": preparing.a_line}),
    "federation.drill_answer": Deed("admin", KEYS, {"text": preparing.a_drill}),
    "federation.ask_guardians": Deed("admin", KEYS, before=preparing.ready_guardians),
    "federation.key_answer": Deed(
        "admin", KEYS, {"text": preparing.an_answer}, before=preparing.an_asked_rotation
    ),
    "federation.write_key": Deed("admin", KEYS, before=preparing.asked_guardians),
    "federation.stop_ceremony": Deed("admin", KEYS),
}
