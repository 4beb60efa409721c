"""Proposals (更正申請): what an outlet asks the authority to correct in the register."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from core.domain.text import Text

Kind = Literal["address", "position", "phone", "name", "service_periods"]
ProposalState = Literal["waiting", "accepted", "refused", "withdrawn"]

KINDS: dict[str, Text] = {
    "address": Text("地址", "Address"),
    "position": Text("地圖位置", "Position on the map"),
    "phone": Text("電話", "Telephone"),
    "name": Text("名稱", "Name"),
    "service_periods": Text("看診時段", "Opening hours"),
}
# What each kind sets in the register.
FIELDS: dict[Kind, tuple[str, ...]] = {
    "address": ("address",),
    "position": ("lat", "lon"),
    "phone": ("phone",),
    "name": ("name",),
    "service_periods": ("service_periods",),
}
STATES: dict[str, Text] = {
    "waiting": Text("待審核", "Waiting"),
    "accepted": Text("已採用", "Accepted"),
    "refused": Text("未採用", "Refused"),
    "withdrawn": Text("已撤回", "Withdrawn"),
}


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """One correction that was asked for.

    ``value`` has the fields of the register that it would set: ``{"address": …}``,
    ``{"phone": …}``, ``{"name": …}``, ``{"service_periods": …}`` or ``{"lon": …, "lat": …}`` as
    texts.
    """

    id: str
    outlet: str
    kind: Kind
    value: dict[str, str]
    note: str
    by: str
    at: datetime
    state: ProposalState = "waiting"
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
