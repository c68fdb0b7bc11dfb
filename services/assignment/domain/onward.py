"""Help from service providers: the case manager asks, a provider is found and answers. The carrier judges consent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.catalogue import OnwardAnswered, OnwardAsked, OnwardClosed, OnwardRequested
from contracts.words import Role
from services.assignment.domain.answers import UNKNOWN_OFFER
from services.assignment.domain.relations import UNKNOWN_PERSON
from services.assignment.domain.said import ONWARD_RANKS

if TYPE_CHECKING:
    from services.assignment.domain.course import Course
    from services.sites import Agency


def requested(course: Course, event: OnwardRequested) -> None:
    """Who holds the person asks a provider: the named one, or one that gives this help in the person's area."""
    asked_by = course.fact.agency
    held = course.placement.held_by(asked_by, course.at)
    if asked_by is None or not held:
        course.refuse("unknown-person", UNKNOWN_PERSON)
        return
    onward_id = course.naming.onward(course.fact.source, course.fact.id)
    if onward_id in course.placement.onwards:
        return
    told = course.referral(held[-1][0]).told
    provider = _provider(course, event, asked_by, None if told is None else told.area)
    if provider is None:
        course.say(OnwardClosed(onward_id=onward_id, asked_by=asked_by, provider=event.to, help_type=event.help_type,
                               state="nobody"))  # fmt: skip
        return
    course.say(
        OnwardAsked(
            onward_id=onward_id,
            help_type=event.help_type,
            asked_by=asked_by,
            provider=provider,
            note=event.note,
        )
    )


def called_off(course: Course) -> None:
    """Nobody is helped any more by what was asked for and not settled: the person has died."""
    for onward_id, onward in course.placement.onwards.items():
        if ONWARD_RANKS[onward.state] < ONWARD_RANKS["called_off"]:
            course.say(
                OnwardClosed(
                    onward_id=onward_id,
                    asked_by=onward.asked_by,
                    provider=onward.provider,
                    help_type=onward.help_type,
                    state="called_off",
                )
            )


def answered(course: Course, event: OnwardAnswered) -> None:
    """The provider that was asked answers, and may say later that it is done; an answer never goes back."""
    onward = course.placement.onwards.get(event.onward_id)
    if onward is None or onward.provider != course.fact.agency:
        course.refuse("unknown-offer", UNKNOWN_OFFER)
        return
    if onward.state == event.answer:
        return
    if ONWARD_RANKS[event.answer] <= ONWARD_RANKS[onward.state]:
        course.refuse("unknown-offer", UNKNOWN_OFFER)
        return
    course.say(
        OnwardClosed(
            onward_id=event.onward_id,
            asked_by=onward.asked_by,
            provider=onward.provider,
            help_type=onward.help_type,
            state=event.answer,
        )
    )


def _provider(course: Course, event: OnwardRequested, asked_by: str, area: str | None) -> str | None:
    able = [
        agency
        for agency in course.site.agencies.values()
        if event.help_type in agency.help_types
        and agency.slug != asked_by
        and "onward.offered" in agency.may_hear
        and not course.board.room(agency.slug).suspended
    ]
    if event.to is not None:
        return next((agency.slug for agency in able if agency.slug == event.to), None)
    # To move to another program is the person's own choice, and so is never the hub's.
    own = (agency for agency in able if agency.role is not Role.NEIGHBOURING_PROGRAM)
    near = sorted((agency for agency in own if agency.covers(area)), key=lambda agency: _preference(agency, area))
    return near[0].slug if near else None


def _preference(agency: Agency, area: str | None) -> tuple[bool, bool, str]:
    named = area is not None and area in agency.areas
    return not named, agency.meets_people_first, agency.slug
