"""Who may override a presumptive verdict, and which; and what is asked anew when a conviction was vacated.

A verdict is presumptive where a policy found it, or the clock ran out on a review: nobody has decided yet. What a
person decided, an approval that was refused among it, is overridden by nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.words import Verdict
from services.eligibility.domain.questions import is_current, override_of
from services.sites import APPROVAL, approvers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from contracts.envelope import Fact
    from contracts.to_hub.screening_overridden import ScreeningOverridden
    from services.eligibility.domain.file import PersonFile
    from services.eligibility.domain.kept import Referral, Review
    from services.eligibility.domain.rules import Found, Rules
    from services.sites import Site


def why_not(rules: Rules, file: PersonFile, event: ScreeningOverridden, fact: Fact) -> str | None:
    """Return why the override does not count, as a key of `REFUSALS`; None where it does.

    Police override what they submitted themselves; of any other referral they hear what they would of none. And only
    what their own data found: whether something else was in the way an answer must not tell them.
    """
    referral = file.referrals.get(event.referral_id)
    office = fact.agency == rules.site.program_office
    if referral is None or not (office or fact.agency == referral.agency):
        return "unknown-referral"
    if office and event.operator is None:
        return "no-operator"
    if referral.referral_id in file.retracted:
        return "withdrawn-referral"
    found = rules.find(referral, file)
    if not office and found.police_verdict is not Verdict.PRESUMPTIVELY_INELIGIBLE:
        return "not-presumptive"
    name = override_of(referral, found)
    if name in file.reviews or name in file.decisions:
        return "already-overridden"
    return None if is_presumptively_ineligible(rules, file, referral) else "not-presumptive"


def is_presumptively_ineligible(rules: Rules, file: PersonFile, referral: Referral) -> bool:
    """Whether the referral as it now stands is ineligible by the policy, or by the clock alone."""
    if file.screenings.get(referral.referral_id, {}).get(referral.revision) is Verdict.PRESUMPTIVELY_INELIGIBLE:
        return True
    return any(
        decision.is_default
        and decision.verdict is Verdict.PRESUMPTIVELY_INELIGIBLE
        and decision.referral_id == referral.referral_id
        and (review_id not in file.reviews or APPROVAL not in file.reviews[review_id].because)
        and is_current(file, review_id, rules)
        for review_id, decision in file.decisions.items()
    )


def needs_others(site: Site, referral: Referral) -> bool:
    """Whether the site asks somebody beside the program office for approval: who has the last word is asked still."""
    return bool(set(approvers(site, referral.door, referral.agency)) - {site.program_office})


def officer_gone(rules: Rules, file: PersonFile, referral: Referral, review: Review | None, at: datetime) -> bool:
    """Whether an officer who waited has gone: the minutes of an urgent review are over, and no clock ran for this one.

    Such an officer heard "no" and went on as usual.
    """
    clocks = rules.site.clocks
    over = at > referral.referred_at + clocks.minutes(clocks.urgent_review_minutes)
    return file.somebody_waits(referral) and over and (review is None or review.decide_by is None)


def asked_anew(rules: Rules, before: PersonFile | None, after: PersonFile) -> Iterator[tuple[Referral, Found]]:
    """Yield the referrals about which there is another question since a conviction was vacated, and nobody decided."""
    for name, referral in after.referrals.items():
        screened = referral.revision in after.screenings.get(name, {})
        if before is None or not screened or name in after.retracted or _is_decided(after, name):
            continue
        found = rules.find(referral, after)
        if found.verdict is Verdict.NEEDS_REVIEW and found.inputs != rules.find(referral, before).inputs:
            yield referral, found


def _is_decided(file: PersonFile, referral_id: str) -> bool:
    """Whether a person decided about the referral, or the clock in its favour."""
    return any(
        one.referral_id == referral_id and not (one.is_default and one.verdict is Verdict.PRESUMPTIVELY_INELIGIBLE)
        for one in file.decisions.values()
    )
