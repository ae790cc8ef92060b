"""Moments as the server reads them: with an offset or in its own zone, "tomorrow 13:00" too."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Paris")
QUARTER = timedelta(minutes=15)


class BadTime(Exception):
    """The server would say that it cannot read this."""


def read(text: str, now: datetime) -> datetime:
    """Return a moment; a text without an offset is in the server's zone."""
    if found := re.fullmatch(r"tomorrow (\d+):(\d+)", text):
        day = now.astimezone(ZONE) + timedelta(days=1)
        return day.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
    if found := re.fullmatch(r"\+(\d+) hours?", text):
        return (now + timedelta(hours=int(found[1]))).astimezone(ZONE)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadTime(text) from error
    return moment.astimezone(ZONE) if moment.tzinfo else moment.replace(tzinfo=ZONE)


def window(task: dict[str, Any], now: datetime) -> tuple[datetime, datetime] | None:
    """Return from when to when a task is to be done, or nothing when it does not say."""
    slot = task.get("timeSlot")
    if slot:
        return _slot(slot, now)
    before = task.get("before") or task.get("doneBefore")
    after = task.get("after") or task.get("doneAfter")
    if not before:
        return None
    end = read(before, now)
    return (read(after, now) if after else end - QUARTER), end


def _slot(slot: Any, now: datetime) -> tuple[datetime, datetime]:
    if isinstance(slot, list):
        start, end = slot
    elif "/" in slot:
        start, end = slot.split("/")
    else:
        found = re.fullmatch(r"(\S+) (\d+:\d+)-(\d+:\d+)", slot)
        if not found:
            raise BadTime(slot)
        start, end = f"{found[1]} {found[2]}", f"{found[1]} {found[3]}"
    return read(start, now), read(end, now)


def written(moment: datetime) -> str:
    """Return a moment as the server writes it."""
    return moment.astimezone(ZONE).isoformat(timespec="seconds")
