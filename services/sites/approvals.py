"""Whose approval a site asks for before a referral goes on: by door, by role, all of them or one, until when."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from contracts.words import Door, Role, Slug, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.sites.site import Site

APPROVAL: Final = "approval"
"""What stands beside a policy's clauses while an approval is open."""
_CALL: Final = "approval.called"
_ASKED: Final = frozenset(
    {Role.PROGRAM_OFFICE, Role.PROSECUTOR, Role.COURT, Role.CASE_MANAGEMENT, Role.SERVICE_PROVIDER}
)
"""Who can be asked on a lane. Police approve in their own referral, by an attestation: they hear notices alone."""


class ApprovalRule(BaseModel):
    """Whom a site asks at some doors, once the policy does not exclude a referral."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    doors: Annotated[frozenset[Door], Field(min_length=1)]
    roles: Annotated[frozenset[Role], Field(min_length=1)]
    """Every agency of these roles is asked; of prosecutors those who prosecute for the police who refer."""
    needs: Literal["all", "one"]
    """Whether every one of them has to say yes, or one is enough."""
    answer_minutes: Annotated[int, Field(ge=1, le=100_000)]
    """How long they have; where an officer waits, no longer than an urgent review."""
    default: Verdict
    """What it becomes when the clock runs out."""
    unless_attested: Slug | None = None
    """The attestation by which whoever refers says that it was approved already, such as by a sergeant."""
    citation: Annotated[str, Field(min_length=1, max_length=300)]
    basis: Annotated[str, Field(min_length=1, max_length=300)]
    """Where minutes and default come from."""


def rule_at(rules: tuple[ApprovalRule, ...], door: Door) -> ApprovalRule | None:
    """Return the rule of this door, or None: there the officer alone decides, or whoever refers."""
    return next((rule for rule in rules if door in rule.doors), None)


def asks_of(rules: tuple[ApprovalRule, ...], role: Role) -> ApprovalRule | None:
    """Return the first rule by which this role is asked at any door, or None."""
    return next((rule for rule in rules if role in rule.roles), None)


def approvers(site: Site, door: Door, sender: str) -> tuple[str, ...]:
    """Return whom the site asks about a referral of this sender through this door, by slug."""
    rule = rule_at(site.approvals, door)
    if rule is None:
        return ()
    charging = {one.slug for one in site.prosecutors_of(sender)}
    return tuple(
        sorted(
            slug for slug, one in site.agencies.items()
            if one.role in rule.roles and (one.role is not Role.PROSECUTOR or not charging or slug in charging)
        )
    )  # fmt: skip


def problems_of_approvals(site: Site) -> Iterator[str]:
    """Yield what is wrong with the rules, each as `file: key: rule`."""
    seen: set[Door] = set()
    for place, rule in enumerate(site.approvals):
        here = f"site.toml: approval.{place}"
        if twice := sorted(seen & rule.doors):
            yield f"{here}.doors: Another rule speaks of {', '.join(twice)} already."
        seen |= rule.doors
        if others := sorted(rule.roles - _ASKED):
            yield f"{here}.roles: Nobody can be asked as {', '.join(others)}. Next: let them attest it as they refer."
        there = {agency.role for agency in site.agencies.values()}
        if missing := sorted((rule.roles & _ASKED) - there):
            yield f"{here}.roles: The site has no {', '.join(missing)} to ask. Next: name the agency, or ask others."
        for role, door in product(sorted(rule.roles & _ASKED - {Role.PROGRAM_OFFICE}), sorted(rule.doors)):
            if not any(row.event == _CALL and role in row.roles and row.is_about(door) for row in site.permissions):
                yield f"{here}.roles: No permission lets a {role} hear {_CALL} about {door}. Next: add a row."
        if rule.default is Verdict.NEEDS_REVIEW:
            yield f"{here}.default: A clock ends with a verdict: eligible or presumptively_ineligible."
