"""What intake keeps of a case: the referral as it now stands, identity sealed, and which of them were withdrawn.

A case is what the sender's own number names. Submitted again after a withdrawal, it gets another referral; the same
person stays in it. Facts may come in any order and any number of times. Of a referral that was erased nothing is left
but its id, its person's reference and the ground.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BeforeValidator, TypeAdapter
from pydantic_core import to_json

from contracts.catalogue import (
    AssignmentEnrolled,
    ReferralCorrected,
    ReferralErased,
    ReferralReceived,
    ReferralRetracted,
)
from contracts.corrections import OwnFact
from contracts.envelope import body_of
from contracts.event import brought_up, json_of
from contracts.referrals.referral_corrected import ReferralCorrectedV1

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.envelope import Fact
    from contracts.event import Event

Whole = ReferralCorrected | ReferralReceived
"""A referral as it stands: as it was received, or as it was last corrected."""


def _brought_up(kept: Any) -> Any:
    """Read a correction that was kept before a correction said whose word it is."""
    if isinstance(kept, dict) and "revision" in kept and "said_by" not in kept:
        return brought_up(ReferralCorrectedV1.model_validate(kept))
    return kept


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral of a case. `whole` is it as it now stands, with its sealed tokens; gone once it is withdrawn."""

    agency: str
    person: str
    whole: Annotated[Whole | None, BeforeValidator(_brought_up)] = None
    retracted: bool = False
    completed: bool = False
    """Whether the intake to which it led was completed."""
    own_birth_date: bool = False
    """Of a withdrawn referral, of which nothing else is kept: whether the person had spoken of their birth date."""
    erased: str | None = None
    """The ground on which it was erased."""
    body: bytes | None = field(default=None, compare=False, repr=False)
    """`whole` as JSON, where it was just said: it is kept as it goes out, and made only once."""


@dataclass(frozen=True, slots=True)
class Case:
    """The referrals of a case, by id. Kept one row a case."""

    referrals: Mapping[str, Referral] = field(default_factory=dict)

    @property
    def open_one(self) -> str | None:
        """The id of the referral that stands, or None where there is none or it was withdrawn."""
        return max((known for known, one in self.referrals.items() if not (one.retracted or one.erased)), default=None)

    @property
    def latest(self) -> str | None:
        """The id of the newest referral, withdrawn or not."""
        return max(self.referrals, default=None)

    def with_one(self, referral_id: str, referral: Referral) -> Case:
        """Return the case with this referral as it is now."""
        return Case({**self.referrals, referral_id: referral})


_UNHEARD: Final = Referral("", "")
NOTHING: Final = Case()
"""What is kept where nothing is: of persons and agencies intake keeps no state of its own."""
_CASES: Final = TypeAdapter(Case)


def written(case: Case) -> str:
    """Return the case as JSON, as a row keeps it."""
    referrals = b",".join([to_json(known) + b":" + _as_json(one) for known, one in case.referrals.items()])
    return (b'{"referrals":{' + referrals + b"}}").decode()


def _as_json(referral: Referral) -> bytes:
    whole = referral.whole
    body = b"null" if whole is None else referral.body or json_of(whole)
    known: dict[str, Any] = {"agency": referral.agency, "person": referral.person, "retracted": referral.retracted}
    if referral.completed:
        known["completed"] = True
    if referral.own_birth_date:
        known["own_birth_date"] = True
    if referral.erased:
        known["erased"] = referral.erased
    return to_json(known)[:-1] + b',"whole":' + body + b"}"


def read(text: str) -> Case:
    """Return the case that `written` wrote."""
    return _CASES.validate_json(text)


def revision_of(whole: Whole) -> int:
    """Return how often the referral was corrected."""
    return whole.revision if isinstance(whole, ReferralCorrected) else 0


def own_facts(whole: Whole) -> tuple[OwnFact, ...]:
    """Return of what the person's own word stands in the referral."""
    return whole.own_facts if isinstance(whole, ReferralCorrected) else ()


def evolve(case: Case | None, fact: Fact) -> Case:
    """Fold what intake itself said; what agencies say changes nothing before it is admitted."""
    case = NOTHING if case is None else case
    step = _STEPS.get(type(fact.event))
    return case if step is None else step(case, fact, fact.event)


def _stands(case: Case, fact: Fact, whole: Whole) -> Case:
    known = case.referrals.get(whole.referral_id, _UNHEARD)
    if known.erased:
        return case
    if known.retracted:
        own = known.own_birth_date or _has_own_birth_date(whole)
        return case.with_one(whole.referral_id, replace(known, own_birth_date=own))
    if known.whole and revision_of(known.whole) >= revision_of(whole):
        return case
    stands = Referral(whole.agency, fact.subject or "", whole, completed=known.completed, body=body_of(fact))
    return case.with_one(whole.referral_id, stands)


def _has_own_birth_date(whole: Whole | None) -> bool:
    return whole is not None and OwnFact.BIRTH_DATE in own_facts(whole)


def _withdrawn(case: Case, fact: Fact, event: ReferralRetracted) -> Case:
    known = case.referrals.get(event.referral_id, _UNHEARD)
    if known.erased or known.retracted:
        return case
    own = _has_own_birth_date(known.whole)
    gone = Referral(event.agency, fact.subject or "", retracted=True, completed=known.completed, own_birth_date=own)
    return case.with_one(event.referral_id, gone)


def _completed(case: Case, fact: Fact, event: AssignmentEnrolled) -> Case:
    known = case.referrals.get(event.referral_id) or Referral("", fact.subject or "")
    if known.erased or known.completed:
        return case
    return case.with_one(event.referral_id, replace(known, completed=True))


def _erased(case: Case, fact: Fact, event: ReferralErased) -> Case:
    """The first ground counts; there is no second."""
    known = case.referrals.get(event.referral_id, _UNHEARD)
    if known.erased:
        return case
    return case.with_one(event.referral_id, Referral("", fact.subject or "", erased=event.ground))


_STEPS: Final[Mapping[type[Event], Callable[[Case, Fact, Any], Case]]] = {
    ReferralReceived: _stands,
    ReferralCorrected: _stands,
    ReferralRetracted: _withdrawn,
    ReferralErased: _erased,
    AssignmentEnrolled: _completed,
}
"""How a case changes, by the event."""
CHANGES: Final = frozenset(_STEPS)
"""What changes a case; nothing else does."""
