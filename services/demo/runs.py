"""One case as it is being played: what was sent, who heard what, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from contracts.envelope import Envelope, Fact, agency_source, structured
from contracts.event import newest, versions
from services.console.domain import File, Step
from services.demo.cases import Case
from services.partner import Heard

if TYPE_CHECKING:
    from contracts.event import Event


@dataclass(frozen=True, slots=True)
class Message:
    """One message on one agency's lane."""

    agency: str
    heard: Heard

    @property
    def fact(self) -> Fact:
        """The message itself; only readable ones are asked."""
        if self.heard.fact is None:
            msg = f"A message at {self.heard.offset} on the lane of {self.agency} could not be read."
            raise ValueError(msg)
        return self.heard.fact

    @property
    def type(self) -> str:
        """The event's name."""
        return self.fact.event.name


@dataclass(frozen=True, slots=True)
class End:
    """How a case stood when its scene was over; what later scenes do to it is not part of it."""

    standing: str | None
    holder: str | None
    problems: list[str]


@dataclass(eq=False)
class Run:
    """One case in one run of the demonstration. `mark` makes its numbers different from those of other runs."""

    case: Case
    mark: str
    sent: list[str] = field(default_factory=list)
    """The ids of all that was said for this case."""
    steps: list[Step] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    offers: dict[str, str] = field(default_factory=dict)
    """What was answered to each offer, in the order in which they came."""
    pseudonyms: dict[str, str] = field(default_factory=dict)
    """The person, as each agency knows them."""
    may_know: set[str] = field(default_factory=set)
    """Agencies that this person, or the site's permission, lets know who it is."""
    referral_id: str | None = None
    person: str | None = None
    file: File = field(default_factory=File)
    started: bool = False
    played: set[str] = field(default_factory=set)
    """The offers whose course has begun."""
    busy: int = 0
    """How many courses and answers are under way."""
    later_done: int = 0
    end: End | None = None

    @property
    def first_id(self) -> str:
        """The id of the submission itself."""
        return f"{self.case.slug}-{self.mark}"

    @property
    def standing(self) -> str | None:
        """Where the referral stands, as the console says; `refused` where it was never admitted; `erased`."""
        if self.referral_id in self.file.erased:
            return "erased"
        if self.referral_id is not None:
            return self.file.referrals[self.referral_id].standing if self.referral_id in self.file.referrals else None
        return "refused" if any(one.type == "message.refused" for one in self.messages) else None

    @property
    def holder(self) -> str | None:
        """The agency that has the person."""
        referral = self.file.referrals.get(self.referral_id or "")
        return referral.with_agency if referral else None

    @property
    def events(self) -> list[str]:
        """The names of all facts about this referral."""
        return [step.event for step in self.steps]

    @property
    def incident_number(self) -> str | None:
        """The incident's number in this run."""
        number = self.case.referral.get("incident", {}).get("number")
        return self.marked(number) if number else None

    @property
    def private_words(self) -> frozenset[str]:
        """Return the words that only those may see who were given this person."""
        return self.case.private_words | ({self.incident_number} if self.incident_number else frozenset())

    def ended(self, problems: list[str]) -> None:
        """Note how the case stands now that its scene is over."""
        self.end = End(self.standing, self.holder, problems)

    def heard_by(self, agency: str) -> list[str]:
        """Return the types of the messages about this case on an agency's lane, in order."""
        lane = [message for message in self.messages if message.agency == agency]
        return [message.type for message in sorted(lane, key=lambda one: one.heard.offset)]

    def submission(self, ori: str | None) -> dict[str, Any]:
        """Return the data of the referral, with what the player fills in."""
        data: dict[str, Any] = _filled(self.case.referral, self)
        data.setdefault("referred_at", datetime.now(UTC).isoformat())
        if "incident" in data:
            data["incident"] = {"ori": ori} | data["incident"] | {"number": self.marked(data["incident"]["number"])}
        if "source_reference" in data:
            data["source_reference"] = self.marked(data["source_reference"])
        if "agency_person_number" in data.get("person", {}):
            data["person"]["agency_person_number"] = self.marked(data["person"]["agency_person_number"])
        return data

    def marked(self, number: str) -> str:
        """Return a number as it is in this run."""
        return f"{number}-{self.mark}"

    def filled(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return data of a later message with its `$…` filled in."""
        filled: dict[str, Any] = _filled(data, self)
        return filled


def cloud_event(
    agency: str, identity: str, name: str, data: dict[str, Any], **attributes: str | None
) -> dict[str, Any]:
    """Return a CloudEvent in structured form, exactly as an agency would write it."""
    event = {
        "specversion": "1.0",
        "id": identity,
        "source": agency_source(agency),
        "type": name,
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "dataschema": newest(name).dataschema if versions(name) else None,
        "data": data,
    }
    return {key: value for key, value in (event | attributes).items() if value is not None}


def said(
    agency: str, identity: str, event: Event, subject: str | None = None, signature: str | None = None
) -> dict[str, Any]:
    """Return an event of ours as a CloudEvent in structured form."""
    at = datetime.now(UTC)
    envelope = Envelope(identity, agency_source(agency), event.name, at, subject, event.dataschema, signature=signature)
    return structured(Fact(event, envelope))


def _moment(name: str) -> str:
    """By the clocks of this continent, what is yesterday in UTC is no day to come."""
    now = datetime.now(UTC)
    return now.isoformat() if name == "$now" else (now - timedelta(days=1)).date().isoformat()


def _filled(value: Any, run: Run) -> Any:
    if isinstance(value, dict):
        return {key: _filled(one, run) for key, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, run) for one in value]
    if not (isinstance(value, str) and value.startswith("$")):
        return value
    match value:
        case "$now" | "$yesterday":
            return _moment(value)
        case "$incident":
            return run.marked(run.case.referral["incident"]["number"])
        case "$source_reference":
            return run.marked(run.case.referral["source_reference"])
        case "$referral_id":
            return run.referral_id
        case "$person":
            return run.person
        case "$offer_id":
            return next(reversed(run.offers), None)
        case _:
            return value
