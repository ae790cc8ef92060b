"""What a KPA may set under ``[plugin.coopcycle]``."""

from __future__ import annotations

from dataclasses import dataclass, field

from kpa_core.api import is_vat_rate


@dataclass(frozen=True)
class Settings:
    """The plugin's table in ``kpa.toml``."""

    vat_rate_bp: int = field(
        default=2000,
        metadata={"help": "VAT of a delivery we sell as a bike co-op, in basis points."},
    )
    directory: str = field(
        default="https://coopcycle.org/coopcycle.json",
        metadata={"help": "Where the list of bike co-ops is."},
    )

    def __post_init__(self) -> None:
        if not is_vat_rate(self.vat_rate_bp):
            raise ValueError("vat_rate_bp is not a rate of French law, as 2000")
        if not self.directory.startswith("https://"):
            raise ValueError("directory starts with https://")
