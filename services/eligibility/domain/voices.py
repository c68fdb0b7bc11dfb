"""Where a site asks for approvals: who has a voice in a review, and what the voices so far come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.words import Verdict
from services.sites import APPROVAL, approvers, rule_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from services.eligibility.domain.kept import Referral, Review, Voice
    from services.sites import Site


def voters(site: Site, review: Review, referral: Referral) -> frozenset[str]:
    """Return who may answer: those whom the site asks, and the program office for what the policy leaves open."""
    asked = frozenset(approvers(site, referral.door, referral.agency))
    return asked | {site.program_office} if set(review.because) - {APPROVAL} else asked


def agreed(site: Site, review: Review, referral: Referral, said: Mapping[str, Voice]) -> Verdict | None:
    """Return the verdict that the voices come to; None while one is still to be heard that may change it.

    What the policy leaves open the program office has to settle with a yes, whatever others say. What was said after
    the clock ran out is no voice, whatever is read first.
    """
    said = {slug: one for slug, one in said.items() if review.decide_by is None or one.at <= review.decide_by}
    asked = approvers(site, referral.door, referral.agency)
    rule = rule_at(site.approvals, referral.door)
    answers = [said[slug].approved if slug in said else None for slug in asked]
    parts = [_one(answers) if rule is not None and rule.needs == "one" else _all(answers)]
    if set(review.because) - {APPROVAL}:
        office = said.get(site.program_office)
        parts.append(None if office is None else office.approved)
    together = _all(parts)
    if together is None:
        return None
    return Verdict.ELIGIBLE if together else Verdict.PRESUMPTIVELY_INELIGIBLE


def _all(answers: list[bool | None]) -> bool | None:
    return False if False in answers else None if None in answers else True


def _one(answers: list[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False
