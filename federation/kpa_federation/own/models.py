"""Whether this instance left the network."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kpa_core.api import Base
from kpa_federation.log.models import PLAIN


class LeftRow(Base):
    """This instance left the network: one row, and none while it takes part."""

    __tablename__ = "federation_left"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(PLAIN, primary_key=True, autoincrement=False)
    left_at: Mapped[datetime]
