"""The tables of trust: whose lists count here, and what people show all the same."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core.api import Base


class ListRow(Base):
    """A neighbour's list of warnings that counts here, too."""

    __tablename__ = "federation_list"

    origin: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    since: Mapped[datetime]


class ShownRow(Base):
    """An origin or a record that people here show, whatever lists say."""

    __tablename__ = "federation_shown"

    about: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    since: Mapped[datetime]
