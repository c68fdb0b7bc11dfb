"""What has been asked, answered and taken back between two sites, and what is still to be said. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from contracts.catalogue import (
    InformationRecalled,
    MessageRefused,
    OnwardAnswered,
    OnwardOffered,
    RecallAnswered,
    ReferralAcknowledged,
    ReferralSubmitted,
    ReferralWithdrawn,
)
from contracts.envelope import Fact
from contracts.parts import PersonDetails, Reach, ReferralName
from contracts.words import Agreement, Door, HelpType, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.event import Event

_ONWARD: Final = "onw-"
_WITHDRAWN: Final = "withdrawn-"
WHY_NOT_FORGOTTEN: Final = "The other program has a referral of its own by now; it was told that this one is withdrawn."


class Saying(NamedTuple):
    """One message that is to be sent. The same facts give the same id and the same words, however often."""

    there: bool
    """To the site that the person moves to; else to the one that they come from."""
    id: str
    event: Event
    subject: str | None
    at: datetime


@dataclass
class Moves:
    """Everything that either lane has brought, in any order and any number of times."""

    asked: dict[str, Fact] = field(default_factory=dict)
    """Onward offers, by their ids."""
    told_as: dict[str, set[str]] = field(default_factory=dict)
    """The messages that brought each: a replay may tell it again under another id."""
    answered: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """What became of each at the other site, and when."""
    recalls: dict[str, Fact] = field(default_factory=dict)
    never_there: set[str] = field(default_factory=set)
    """Onward offers that the other site, told of their withdrawal, did not know."""

    def heard_here(self, fact: Fact) -> None:
        """Note what the site says that the person comes from."""
        if isinstance(fact.event, OnwardOffered):
            self.told_as.setdefault(fact.event.onward_id, set()).add(fact.envelope.id)
        match fact.event:
            case OnwardOffered(help_type=HelpType.CASE_MANAGEMENT) as offered:
                self.asked.setdefault(offered.onward_id, fact)
            case OnwardOffered() as offered:
                # A program is asked for a case manager and for nothing else.
                self.asked.setdefault(offered.onward_id, fact)
                self.answered.setdefault(offered.onward_id, ("declined", fact.envelope.at))
            case InformationRecalled() as recalled:
                self.recalls.setdefault(recalled.recall_id, fact)

    def heard_there(self, fact: Fact) -> None:
        """Note what the site answers that the person moves to."""
        match fact.event:
            case ReferralAcknowledged(source_reference=str(onward)):
                self.answered[onward] = ("accepted", fact.envelope.at)
            case MessageRefused() as refused:
                onward = refused.refusal.message_id
                if onward.startswith(_ONWARD):
                    self.answered.setdefault(onward, ("declined", fact.envelope.at))
                elif onward.startswith(_WITHDRAWN):
                    self.never_there.add(onward.removeprefix(_WITHDRAWN))

    def to_say(self) -> Iterator[Saying]:
        """Say what is open; what was said before comes again with the same ids, and counts once."""
        taken_back = {onward for recall in self.recalls.values() for onward in self._named_by(recall)}
        for onward, asked in self.asked.items():
            if onward in self.answered:
                answer, at = self.answered[onward]
                event = OnwardAnswered(onward_id=onward, answer=answer)
                yield Saying(False, f"answer-{onward}", event, asked.envelope.subject, at)  # noqa: FBT003
            elif onward not in taken_back:
                yield Saying(True, onward, as_referral(asked), None, asked.envelope.at)  # noqa: FBT003
        for recall_id, recall in self.recalls.items():
            yield from self._taken_back(recall_id, recall)

    def _named_by(self, recall: Fact) -> list[str]:
        told: InformationRecalled = recall.event  # type: ignore[assignment]  # noted as such
        return [onward for onward in self.asked if not self.told_as[onward].isdisjoint(told.disclosures)]

    def _taken_back(self, recall_id: str, recall: Fact) -> Iterator[Saying]:
        at = recall.envelope.at
        reached = {onward: self._reached(onward) for onward in self._named_by(recall)}
        for onward, there in reached.items():
            if there is not False:
                withdrawn = ReferralWithdrawn(of=ReferralName(source_reference=onward), why="other")
                yield Saying(True, f"{_WITHDRAWN}{onward}", withdrawn, None, at)  # noqa: FBT003
        if None in reached.values():
            return
        answer = (
            RecallAnswered(recall_id=recall_id, answer="cannot", why=WHY_NOT_FORGOTTEN)
            if any(reached.values())
            else RecallAnswered(recall_id=recall_id, answer="recalled")
        )
        yield Saying(False, f"recall-{recall_id}", answer, recall.envelope.subject, at)  # noqa: FBT003

    def _reached(self, onward: str) -> bool | None:
        """Whether the other program has the referral; None where it may be on its way."""
        if onward in self.answered:
            return self.answered[onward][0] == "accepted"
        return False if onward in self.never_there else None


def as_referral(asked: Fact) -> ReferralSubmitted:
    """Return the referral to the other program: what the person's consent let it be told, and no more.

    The door is the community's: whatever brought the person to the first program is not told. The person agreed, for
    nothing would have been told without a consent that names the other program.
    """
    offered: OnwardOffered = asked.event  # type: ignore[assignment]  # noted as such
    return ReferralSubmitted(
        door=Door.COMMUNITY,
        source_kind=SourceKind.COMMUNITY_ORGANISATION,
        referred_at=asked.envelope.at,
        source_reference=offered.onward_id,
        person=PersonDetails(
            legal_name=offered.legal_name,
            preferred_name=offered.preferred_name,
            birth_date=offered.birth_date,
            # By this number the other program knows whom it was asked about before, whatever their name is by then.
            agency_person_number=asked.envelope.subject,
            language=offered.language,
        ),
        reach=Reach(phones=offered.phones, usual_places=offered.usual_places),
        agreement=Agreement.AGREED,
        needs=(HelpType.CASE_MANAGEMENT,),
        reason=offered.note,
        test=offered.test,
    )
