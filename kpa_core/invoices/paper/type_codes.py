"""The law's own kinds of paper that kpa makes (UNTDID 1001), and which belong together. Pure."""

from __future__ import annotations

from typing import Final

INVOICE: Final = "380"
CREDIT_NOTE: Final = "381"
CORRECTIVE: Final = "384"
DEPOSIT: Final = "386"
DEPOSIT_CREDIT_NOTE: Final = "503"

DEPOSITS = (DEPOSIT, DEPOSIT_CREDIT_NOTE)
BACK = (CREDIT_NOTE, DEPOSIT_CREDIT_NOTE)
"""What takes an invoice or a deposit back; asked of the carrier, it is a hand-over of this type."""
CORRECTIONS = (CREDIT_NOTE, CORRECTIVE, DEPOSIT_CREDIT_NOTE)
"""What names the paper it corrects."""
OF_KIND = {
    "quote": ("",),
    "handover": (INVOICE, CREDIT_NOTE, CORRECTIVE, DEPOSIT, DEPOSIT_CREDIT_NOTE),
    "invoice": (INVOICE, CORRECTIVE, DEPOSIT),
    "credit_note": BACK,
}
