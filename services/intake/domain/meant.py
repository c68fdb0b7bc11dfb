"""Which referral a sender means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts.words import Problem
from services.intake.domain.unadmitted import refused

if TYPE_CHECKING:
    from contracts.envelope import Fact
    from contracts.parts import ReferralName
    from services.intake.domain.cases import Case, Whole
    from services.plumbing.service import Said

_BY_NAME: Final = "Name it as you submitted it: by its incident number and subject, else by your own reference."


def found_of(case: Case, fact: Fact, of: ReferralName) -> Whole | Said:
    """Return the referral that is meant, as it stands; else the refusal. Another agency's is as unknown as none."""
    field = next(name for name in ("referral_id", "incident_number", "source_reference") if getattr(of, name))
    referral = case.referrals.get(of.referral_id or case.latest or "")
    # Of one that was erased the agency is not kept, either.
    if referral is None or referral.agency != fact.agency:
        problem = Problem(field=f"of.{field}", rule="It names a referral that you submitted.", fix=_BY_NAME)
        return refused(fact, "unknown-referral", problem)
    if referral.whole is None:
        problem = Problem(
            field=f"of.{field}", rule="This referral was withdrawn.", fix="Submit the referral again under a new id."
        )
        return refused(fact, "withdrawn-referral", problem)
    return referral.whole
