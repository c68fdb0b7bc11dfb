"""The words of a long relationship: how somebody was sought, why they pause or change agencies, what became of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from contracts.event import Part
from contracts.word import Word
from contracts.words import Role, ShortText, Slug


class ContactMode(Word):
    """How somebody tried to reach the person."""

    IN_PERSON = "in_person"
    PHONE = "phone"
    TEXT = "text"
    LETTER = "letter"
    THROUGH_SOMEONE = "through_someone"


class ContactPlace(Word):
    """At what kind of place the person was sought; the place itself is private."""

    USUAL_PLACE = "usual_place"
    STREET = "street"
    CAMP = "camp"
    HOME = "home"
    SHELTER = "shelter"
    SERVICE = "service"
    HOSPITAL = "hospital"
    JAIL = "jail"
    COURT = "court"
    OUR_OFFICE = "our_office"
    OTHER = "other"
    NO_PLACE = "no_place"
    """By phone, text or letter."""
    UNKNOWN = "unknown"


class PauseReason(Word):
    """Why a participant is inactive for a while. None of them is a fault of theirs."""

    PERSONS_WISH = "persons_wish"
    IN_CUSTODY = "in_custody"
    HOSPITAL = "hospital"
    AWAY = "away"
    OTHER_PROGRAM = "other_program"
    OUT_OF_TOUCH = "out_of_touch"
    OTHER = "other"


class TransferReason(Word):
    """Why another case-management agency is to take the person on."""

    PERSONS_WISH = "persons_wish"
    MOVED = "moved"
    LANGUAGE = "language"
    AGE = "age"
    SPECIAL_NEED = "special_need"
    SAFETY = "safety"
    NO_ROOM = "no_room"
    OTHER = "other"


class TransferEnd(Word):
    """Why an agency that was asked did not take the person on."""

    DECLINED = "declined"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


class SiteCondition(Part):
    """What a site asks of people after their intake, as it published it. The hub ends nothing for it."""

    id: Slug
    text: Annotated[str, Field(min_length=1, max_length=600)]
    until: ShortText
    """Until when it is asked."""
    may_follow: Annotated[str, Field(min_length=1, max_length=600)]
    """What somebody may decide then."""
    decided_by: Role
    """Who: never the hub, nor its operator."""
    citation: Annotated[str, Field(min_length=1, max_length=300)]
