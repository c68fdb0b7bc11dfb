"""Whose signature makes a consent count: the site's rule, asked of what referrals tell of the person's age. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import floor, trunc
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict

from contracts.forms import Signer
from contracts.words import Problem
from services.sites import Signers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from contracts.envelope import Fact
    from contracts.referrals.referral_corrected import ReferralCorrected
    from contracts.referrals.referral_received import ReferralReceived
    from contracts.to_hub.consent_signed import ConsentSigned
    from services.sites import SigningRule

_OLDEST: Final = 125
_DAYS_A_YEAR: Final = 365.25
_DAY: Final = timedelta(days=1)
_LONGEST: Final = 600


class AgeTold(BaseModel):
    """What one referral, in its newest revision, tells of the person's age: whole years on the day of the referral."""

    model_config = ConfigDict(frozen=True)

    revision: int
    at: datetime
    referred_at: datetime
    from_years: int
    to_years: int

    def on(self, moment: datetime) -> tuple[int, int]:
        """Return the least and the greatest age at that time; whole years that have passed since are added.

        Who signed some days before the referral may have been a year younger than it says, and was not older.
        """
        years = int((moment - self.referred_at) / _DAY) / _DAYS_A_YEAR
        return _an_age(self.from_years + floor(years)), _an_age(self.to_years + trunc(years))


def _an_age(years: int) -> int:
    return max(0, min(_OLDEST, years))


def age_told(event: ReferralReceived | ReferralCorrected, revision: int, fact: Fact) -> AgeTold | None:
    """Return what the referral tells of the age; None where it tells nothing."""
    age = event.particulars.age
    if age.from_years is None and age.to_years is None:
        return None
    return AgeTold(
        revision=revision,
        at=fact.at,
        referred_at=event.referred_at,
        from_years=age.from_years or 0,
        to_years=_OLDEST if age.to_years is None else age.to_years,
    )


def wrong_signer(
    signed: ConsentSigned, signed_at: datetime, told: Iterable[AgeTold], signers: Signers
) -> Problem | None:
    """Return what stands against whoever signed, or None. A form that does not say counts as signed by the person.

    The answer names the whole rule, and so not the age.
    """
    known = _before(told, signed_at)
    if known is None:
        allowed = signers.unknown
    else:
        rules = signers.about(signed.kind, *known.on(signed_at))
        allowed = frozenset(Signer).intersection(*(rule.signs for rule in rules))
    return None if (signed.signed_by or Signer.PERSON) in allowed else _problem(signed, signers)


def _before(told: Iterable[AgeTold], signed_at: datetime) -> AgeTold | None:
    """Return the age as it was told last of the referrals until then; without one, as the next referral tells it.

    Nobody was older when they signed than a later referral says.
    """
    known = list(told)
    before = [one for one in known if one.referred_at <= signed_at]
    if before:
        return max(before, key=lambda one: (one.at, one.referred_at))
    return min(known, key=lambda one: (one.referred_at, one.at), default=None)


def _problem(signed: ConsentSigned, signers: Signers) -> Problem:
    whole = "; ".join(_words(rule) for rule in signers.about(signed.kind, 0, _OLDEST))
    unknown = " or ".join(sorted(signers.unknown))
    return Problem(
        field="signed_by",
        rule=f"Who signs follows from the person's age: {whole}; where no age is known, {unknown}."[:_LONGEST],
        fix="Have it signed so; where the hub may have a wrong age, have the referral amended and send the form again.",
    )


def _words(rule: SigningRule) -> str:
    ages = f"from {rule.from_years}" if rule.to_years == _OLDEST else f"from {rule.from_years} to {rule.to_years}"
    return f"{ages} years {' or '.join(sorted(rule.signs))} ({rule.citation})"
