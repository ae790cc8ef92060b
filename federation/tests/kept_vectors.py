"""The vectors as they are kept, and the reasons for which an entry may be void."""

from __future__ import annotations

import json
from pathlib import Path

FEDERATION = Path(__file__).parents[1]
VECTORS = {
    path.stem: json.loads(path.read_text("utf-8"))
    for path in sorted((FEDERATION / "vectors").glob("*.json"))
}
VOID = {"not_canonical", "too_long", "bad_field", "bad_key", "unknown_op"}
VOID |= {"other_place", "not_signed", "revision", "no_record", "withdrawn"}
