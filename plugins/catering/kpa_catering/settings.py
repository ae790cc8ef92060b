"""What a KPA may set under ``[plugin.catering]``."""

from __future__ import annotations

from dataclasses import dataclass, field

from kpa_core.api import is_vat_rate


@dataclass(frozen=True)
class Settings:
    """The plugin's table in ``kpa.toml``."""

    vat_rate_bp: int = field(
        default=1000, metadata={"help": "VAT of a new menu, in basis points (10 % is 1000)."}
    )
    most_guests: int = field(
        default=200, metadata={"help": "Above this, a menu is refused: share the order."}
    )
    price_old_after_days: int = field(
        default=180, metadata={"help": "A price older than this is shown as old; it still counts."}
    )

    def __post_init__(self) -> None:
        if not is_vat_rate(self.vat_rate_bp):
            raise ValueError("vat_rate_bp is not a rate of French law, as 1000 or 550")
        for name, most in (
            ("most_guests", 10_000),
            ("price_old_after_days", 36_500),
        ):
            if not 0 <= getattr(self, name) <= most:
                raise ValueError(f"{name} goes from 0 to {most}")
