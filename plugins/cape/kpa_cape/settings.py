"""What a KPA may set under ``[plugin.cape]``."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """The plugin's table in ``kpa.toml``."""

    letters_without_email: bool = field(
        default=False,
        metadata={"help": "Write a letter to hand over to people who have a phone but no e-mail."},
    )
