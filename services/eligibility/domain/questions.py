"""Which question a review asks, and whether it still is one: by the facts and the site's policies, and nothing else.

The question is the policy's version, the clauses that stayed open, and what those clauses are given. When an amendment
leaves all of it as it was, nobody is asked again and the answer holds. Who waits for it makes it urgent, but is no part
of it.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter

from contracts.words import Verdict
from services.eligibility.domain.kept import Referral
from services.plumbing.identity import derived

if TYPE_CHECKING:
    from services.eligibility.domain.file import PersonFile
    from services.eligibility.domain.kept import Review
    from services.eligibility.domain.rules import Found, Rules

_REFERRALS: Final = TypeAdapter(Referral)
_BESIDE_THE_FORMER_QUESTION: Final[dict[str, Any]] = {
    "revision": True,
    "own": True,
    "agency": True,
    "particulars": {"language", "interpreter", "housing", "needs", "residence_area"},
}


def review_of(referral: Referral, found: Found) -> str:
    """Return the id of the one review that this referral, found so, may need."""
    asked = {name: found.inputs[name] for name in found.asked}
    question = json.dumps([found.policy.version, found.open_clauses, asked], sort_keys=True)
    return derived("rev-", referral.referral_id, question)


def review_about(file: PersonFile, referral: Referral, found: Found) -> str:
    """Return the id under which the question was asked, else the one under which it is to be asked."""
    review_id = review_of(referral, found)
    if review_id in file.reviews or not file.reviews:
        return review_id
    former = former_review_of(referral)
    return former if former in file.reviews else review_id


def override_of(referral: Referral, found: Found) -> str:
    """Return the id of the one decision that overrides this finding: of the policy, and of all that it was given.

    While an amendment leaves that as it was, the override holds.
    """
    question = json.dumps([found.policy.version, found.inputs], sort_keys=True)
    return derived("rev-", referral.referral_id, f"override {question}")


def former_review_of(referral: Referral) -> str:
    """Return the id that the review had while every fact of the referral was part of the question."""
    facts = _REFERRALS.dump_json(referral, exclude=_BESIDE_THE_FORMER_QUESTION)
    return derived("rev-", referral.referral_id, hashlib.sha256(facts).hexdigest())


def is_current(file: PersonFile, review_id: str, rules: Rules) -> bool:
    """Whether the review still asks about the referral as it now stands, and the referral still stands."""
    review = file.reviews.get(review_id)
    referral = None if review is None else file.referrals.get(review.referral_id)
    if referral is None or referral.referral_id in file.retracted:
        return False
    found = rules.find(referral, file)
    if review_id == override_of(referral, found):
        return True
    return found.verdict is Verdict.NEEDS_REVIEW and review_about(file, referral, found) == review_id


def open_reviews(file: PersonFile, rules: Rules) -> dict[str, Review]:
    """Return the reviews that wait for an operator."""
    return {
        review_id: review
        for review_id, review in file.reviews.items()
        if review_id not in file.decisions and is_current(file, review_id, rules)
    }
