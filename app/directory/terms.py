"""Vocabulary of the directory: tiers, codes of areas and editions, kinds of units, confidence of a place."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NewType

AreaCode = NewType("AreaCode", str)
"""Code of the statistics office: province 2, district 3, commune 5 digits, leading zeros kept."""
EditionId = NewType("EditionId", int)
"""One edition of the administrative map, such as the 63 provinces in force until 2025-06-30."""


class Tier(StrEnum):
    """Level of government (cấp)."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"

    @property
    def depth(self) -> int:
        """0 for a province, 1 for a district, 2 for a commune."""
        return _DEPTHS[self]


_DEPTHS = {Tier.PROVINCE: 0, Tier.DISTRICT: 1, Tier.COMMUNE: 2}


class UnitKind(StrEnum):
    """What an organisational unit is."""

    PEOPLE_COMMITTEE = "people_committee"  # uỷ ban nhân dân
    DEPARTMENT = "department"  # sở, ngành của tỉnh
    OFFICE = "office"  # phòng của huyện
    ONE_STOP = "one_stop"  # bộ phận một cửa
    RECEPTION = "reception"  # đầu mối tiếp nhận, như IOC
    UTILITY = "utility"  # điện, nước, viễn thông: not government


class Confidence(StrEnum):
    """How sure it is that a place lies in the area named."""

    EXACT = "exact"  # inside the area's boundary, the accuracy circle too
    BORDER = "border"  # so near a boundary that a neighbour may be meant
    APPROXIMATE = "approximate"  # by the nearest centre, there is no boundary to ask
    STATED = "stated"  # the sender named the area


class SuccessionKind(StrEnum):
    """How an area of one edition went over into an area of a later one."""

    UNCHANGED = "unchanged"  # same name, same extent
    RENAME = "rename"  # one into one, under another name or type
    MERGE = "merge"  # several into one
    SPLIT = "split"  # one into several
    ABOLISH = "abolish"  # no area of its tier any more; the area named took over its duties


class Share(StrEnum):
    """How much of the old area went into the new one."""

    FULL = "full"
    PARTIAL = "partial"


def tier_of(code: str) -> Tier | None:
    """Tier that a code of the statistics office belongs to, by its length; None when it cannot be one."""
    return {2: Tier.PROVINCE, 3: Tier.DISTRICT, 5: Tier.COMMUNE}.get(len(code))


CONTACT_FIELDS: Final = ("email", "phone", "website", "address")
"""How a unit is reached, in the order in which it is told."""
