"""assignment.made: who it is, for the agency that accepted, as far as consent or permission allows today.

1  first published
2  where 42 CFR part 2 applies, the notice of 2.32 goes with it: the statement, and the scope of the consent
3  where a site asks anything of people after their intake, its words go with it
"""

from __future__ import annotations

from typing import Self

from contracts import topics
from contracts.event import Event, published
from contracts.parts import Part2Notice
from contracts.relationship import SiteCondition
from contracts.words import (
    Answer,
    Category,
    Code,
    Day,
    Door,
    HelpType,
    Instant,
    OfferId,
    Private,
    ReferralId,
    Slug,
)


@published("assignment.made", version=1, on=topics.FROM_HUB)
class AssignmentMadeV1(Event):
    """Who it is, for the agency that accepted, as far as consent or permission allows today."""

    offer_id: OfferId
    referral_id: ReferralId
    door: Door
    preferred_name: Private | None = None
    legal_name: Private | None = None
    birth_date: Day | None = None
    pronouns: Private | None = None
    place: Private | None = None
    area: Slug | None = None
    officer_call_back: Private | None = None
    safety_code: Private | None = None
    phones: tuple[Private, ...] = ()
    usual_places: tuple[Private, ...] = ()
    through: Private | None = None
    message_is_safe: Answer = Answer.UNKNOWN
    language: str = "en"
    needs: tuple[HelpType, ...] = ()
    arrive_by: Instant | None = None
    allowed: tuple[Category, ...] = ()
    """The categories that the permission or consent below opens; everything else is left out."""
    allowed_by: Code
    """The id of the consent, or the name of the site's permission, under which this was told."""
    after_the_fact: bool = False
    test: bool = False


@published("assignment.made", version=2, on=topics.FROM_HUB)
class AssignmentMadeV2(Event):
    """Who it is, for the agency that accepted, as far as consent or permission allows today."""

    offer_id: OfferId
    referral_id: ReferralId
    door: Door
    preferred_name: Private | None = None
    legal_name: Private | None = None
    birth_date: Day | None = None
    pronouns: Private | None = None
    place: Private | None = None
    area: Slug | None = None
    officer_call_back: Private | None = None
    safety_code: Private | None = None
    phones: tuple[Private, ...] = ()
    usual_places: tuple[Private, ...] = ()
    through: Private | None = None
    message_is_safe: Answer = Answer.UNKNOWN
    language: str = "en"
    needs: tuple[HelpType, ...] = ()
    arrive_by: Instant | None = None
    allowed: tuple[Category, ...] = ()
    """The categories that the permission or consent below opens; everything else is left out."""
    allowed_by: Code
    """The id of the consent, or the name of the site's permission, under which this was told."""
    after_the_fact: bool = False
    test: bool = False
    notice: Part2Notice | None = None
    """What 42 CFR 2.32 asks for, wherever Part 2 applies to what is told here."""

    @classmethod
    def upcast(cls, old: AssignmentMadeV1) -> Self:
        """Return the message in this form; what was told before had no notice with it."""
        return cls(
            offer_id=old.offer_id,
            referral_id=old.referral_id,
            door=old.door,
            preferred_name=old.preferred_name,
            legal_name=old.legal_name,
            birth_date=old.birth_date,
            pronouns=old.pronouns,
            place=old.place,
            area=old.area,
            officer_call_back=old.officer_call_back,
            safety_code=old.safety_code,
            phones=old.phones,
            usual_places=old.usual_places,
            through=old.through,
            message_is_safe=old.message_is_safe,
            language=old.language,
            needs=old.needs,
            arrive_by=old.arrive_by,
            allowed=old.allowed,
            allowed_by=old.allowed_by,
            after_the_fact=old.after_the_fact,
            test=old.test,
        )


@published("assignment.made", version=3, on=topics.FROM_HUB)
class AssignmentMadeV3(Event):
    """Who it is, for the agency that accepted, as far as consent or permission allows today."""

    offer_id: OfferId
    referral_id: ReferralId
    door: Door
    preferred_name: Private | None = None
    legal_name: Private | None = None
    birth_date: Day | None = None
    pronouns: Private | None = None
    place: Private | None = None
    area: Slug | None = None
    officer_call_back: Private | None = None
    safety_code: Private | None = None
    phones: tuple[Private, ...] = ()
    usual_places: tuple[Private, ...] = ()
    through: Private | None = None
    message_is_safe: Answer = Answer.UNKNOWN
    language: str = "en"
    needs: tuple[HelpType, ...] = ()
    arrive_by: Instant | None = None
    allowed: tuple[Category, ...] = ()
    """The categories that the permission or consent below opens; everything else is left out."""
    allowed_by: Code
    """The id of the consent, or the name of the site's permission, under which this was told."""
    after_the_fact: bool = False
    test: bool = False
    notice: Part2Notice | None = None
    """What 42 CFR 2.32 asks for, wherever Part 2 applies to what is told here."""

    conditions: tuple[SiteCondition, ...] = ()
    """What the site asks of people after their intake, where it published anything of the kind."""

    @classmethod
    def upcast(cls, old: AssignmentMadeV2) -> Self:
        """Return the message in this form; what was told before named no conditions."""
        return cls(
            offer_id=old.offer_id,
            referral_id=old.referral_id,
            door=old.door,
            preferred_name=old.preferred_name,
            legal_name=old.legal_name,
            birth_date=old.birth_date,
            pronouns=old.pronouns,
            place=old.place,
            area=old.area,
            officer_call_back=old.officer_call_back,
            safety_code=old.safety_code,
            phones=old.phones,
            usual_places=old.usual_places,
            through=old.through,
            message_is_safe=old.message_is_safe,
            language=old.language,
            needs=old.needs,
            arrive_by=old.arrive_by,
            allowed=old.allowed,
            allowed_by=old.allowed_by,
            after_the_fact=old.after_the_fact,
            test=old.test,
            notice=old.notice,
        )


AssignmentMade = AssignmentMadeV3
