"""What became of every referral, from the hub's own topics: as it was screened, how that was decided, where it stands.

Facts may come in any order. Of what was erased nothing is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from contracts.assignments.assignment_closed import AssignmentClosed
from contracts.assignments.assignment_offered import AssignmentOffered
from contracts.assignments.death_reported import DeathReported
from contracts.consents.consent_granted import ConsentGranted
from contracts.consents.consent_withdrawn import ConsentWithdrawn
from contracts.referrals.referral_erased import ReferralErased
from contracts.referrals.referral_received import ReferralReceived
from contracts.referrals.referral_retracted import ReferralRetracted
from contracts.screenings.review_decided import ReviewDecided
from contracts.screenings.screening_determined import ScreeningDetermined
from contracts.words import ClosedReason, Verdict
from services.eligibility.domain.kept import Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from contracts.envelope import Fact
    from contracts.event import Event

_SAID_NO: Final = frozenset({ClosedReason.PERSON_DECLINED, ClosedReason.WITHDRAWN_BY_SOURCE})


class Past:
    """Everything that is needed to screen history again. `since` is None for the beginning; `until` is not in it."""

    def __init__(self, since: datetime | None, until: datetime) -> None:
        """What was screened and decided counts up to that moment; what became of it since, up to now."""
        self._since, self._until = since, until
        self._screened: dict[str, tuple[ScreeningDetermined, datetime, str]] = {}
        self._of_person: dict[str, set[str]] = {}
        self._decided: dict[str, dict[tuple[int, str], Decision]] = {}
        self._gone: dict[str, set[str]] = {}
        self._erased: set[str] = set()
        self._died: set[str] = set()
        self._granted: dict[str, datetime] = {}
        self._withdrawn: dict[str, datetime] = {}

    def hear(self, fact: Fact) -> None:
        """Keep what this fact says."""
        heard = _HEARD.get(type(fact.event))
        if heard is not None:
            heard(self, fact, fact.event)

    def within(self) -> list[str]:
        """Return the referrals whose newest screening is of that time."""
        return [
            name
            for name, (_, at, _) in self._screened.items()
            if name not in self._erased and (self._since is None or at >= self._since)
        ]

    def screening(self, name: str) -> ScreeningDetermined:
        """Return the referral's newest screening."""
        return self._screened[name][0]

    def person(self, name: str) -> str:
        """Return whose referral it is, by the hub's own reference."""
        return self._screened[name][2]

    def stood(self, name: str) -> tuple[Verdict, str]:
        """Return how the referral stood, and who said so: `policy`, or who decided; what opens a door goes first."""
        screening = self.screening(name)
        decided = [one for (revision, _), one in self._decided.get(name, {}).items() if revision == screening.revision]
        if not decided:
            return screening.verdict, "policy"
        last = min(decided, key=lambda one: (one.verdict is not Verdict.ELIGIBLE, one.is_default, one.at, one.cause))
        return last.verdict, last.by

    def left_out(self, name: str) -> str:
        """Return why nobody offers it again; empty where somebody may."""
        person, gone = self.person(name), self._gone.get(name, set())
        if person in self._died:
            return "died"
        if gone:
            return min(gone)
        if self.screening(name).inputs.get("agreement") == "declined":
            return "the person said no"
        if person in self._withdrawn and self._withdrawn[person] >= self._granted.get(person, self._withdrawn[person]):
            return "a consent was taken back"
        return "eligible by another referral" if self._eligible_otherwise(name, person) else ""

    def _eligible_otherwise(self, name: str, person: str) -> bool:
        others = self._of_person.get(person, set()) - self._erased - {name}
        return any(self.stood(other)[0] is Verdict.ELIGIBLE for other in others)

    def _screening(self, fact: Fact, event: ScreeningDetermined) -> None:
        known = self._screened.get(event.referral_id)
        newer = known is None or (event.revision, fact.at) >= (known[0].revision, known[1])
        if fact.at < self._until and newer:
            self._screened[event.referral_id] = (event, fact.at, fact.subject or "")
            self._of_person.setdefault(fact.subject or "", set()).add(event.referral_id)

    def _decision(self, fact: Fact, event: ReviewDecided) -> None:
        decision = Decision(event.verdict, event.by, fact.at, fact.envelope.causation_id or fact.id, event.referral_id)
        kept = self._decided.setdefault(event.referral_id, {})
        known = kept.get((event.revision, event.review_id))
        if fact.at < self._until and (known is None or decision.outranks(known)):
            kept[event.revision, event.review_id] = decision

    def _leaves(self, name: str, why: str) -> None:
        self._gone.setdefault(name, set()).add(why)

    def _closed(self, _fact: Fact, event: AssignmentClosed) -> None:
        if event.reason in _SAID_NO:
            self._leaves(event.referral_id, "withdrawn")

    def _received(self, _fact: Fact, event: ReferralReceived) -> None:
        if event.test:
            self._leaves(event.referral_id, "a test")

    def _consent(self, fact: Fact, event: ConsentGranted | ConsentWithdrawn) -> None:
        kept = self._granted if isinstance(event, ConsentGranted) else self._withdrawn
        person = fact.subject or ""
        kept[person] = max(fact.at, kept.get(person, fact.at))


_HEARD: Final[Mapping[type[Event], Callable[[Past, Fact, Any], None]]] = {
    ScreeningDetermined: Past._screening,  # noqa: SLF001  # its own table
    ReviewDecided: Past._decision,  # noqa: SLF001
    ReferralReceived: Past._received,  # noqa: SLF001
    ReferralErased: lambda past, _fact, event: past._erased.add(event.referral_id),  # noqa: SLF001
    ReferralRetracted: lambda past, _fact, event: past._leaves(event.referral_id, "withdrawn"),  # noqa: SLF001
    AssignmentClosed: Past._closed,  # noqa: SLF001
    AssignmentOffered: lambda past, _fact, event: past._leaves(event.referral_id, "offered"),  # noqa: SLF001
    DeathReported: lambda past, fact, _event: past._died.add(fact.subject or ""),  # noqa: SLF001
    ConsentGranted: Past._consent,  # noqa: SLF001
    ConsentWithdrawn: Past._consent,  # noqa: SLF001
}
