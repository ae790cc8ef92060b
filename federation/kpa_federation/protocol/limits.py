"""How large things may be: what every receiver refuses above. Bytes, unless the name says else."""

HEADER = 1024
"""A header; longer ones are void."""
KEY_HEADER = 4096
"""A ``genesis`` or ``key`` header, and the longest leaf at all: a longer one ends its log."""
BODY = 256 * 1024
DEPTH = 16
INTEGER = 2**53 - 1
GUARDIANS = 7
FORWARD_KEYS = 32
"""``key`` entries that one section may bring ahead of its entries."""
SECTION_ENTRIES = 32_768
"""Entries in one section: the shortest are far larger in memory than on the line."""
PROOF_HASHES = 64
NOTE = 16 * 1024
SIGNATURES = 16
DERIVED_FROM = 16
ATTACHMENTS = 32
FINAL_DAYS = 30
"""A branch that leaves a log below what was verified so long ago never replaces it."""
KEEP_DAYS = 14
"""Bytes of what was withdrawn are erased so long after: a recovery in between restores them."""
