"""The door: from a raw record on an agency's topic to a fact, admitted so far or not. It never raises for bad input.

The topic proves who speaks; nothing that a sender writes about time, cause or delivery is believed. Only a message
newer than this reader raises (`NewerVersion`): it is parked and read again after the upgrade.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

from contracts import topics
from contracts.catalogue import (
    AssignmentDirected,
    LinkAnswered,
    ReferralAmended,
    ReferralSubmitted,
    RevocationParked,
    RevocationRead,
)
from contracts.envelope import Envelope, Fact, agency_source
from contracts.event import Event, versions
from contracts.parts import Refusal
from contracts.reading import NewerVersion, NoCloudEvent, Unreadable, id_in, open_envelope, read_counting
from contracts.words import Problem
from services.intake.domain.checks import findings
from services.intake.domain.heard import Heard
from services.intake.domain.history import HistoryIn
from services.intake.domain.mending import read_mended
from services.intake.domain.naming import Naming
from services.intake.domain.placing import placed
from services.intake.domain.proving import proven_of, require_plausible
from services.intake.domain.register import PASSED_ON
from services.intake.domain.sections import descriptions_in
from services.intake.domain.unadmitted import NEVER_TOLD, PUT_AWAY, REUSED, UNKNOWN_SUBJECT, Unadmitted, refusal_of
from services.plumbing.pseudonyms import is_of_an_offer
from services.plumbing.service import Record
from services.sites import Agency, Site

MOST_BYTES: Final = 256 * 1024
"""How big a message's data may be. Kafka itself lets a little more through."""
_TOO_BIG: Final = Problem(field="data", rule=f"It has at most {MOST_BYTES} bytes.", fix="Send less in one message.")
ABOUT_REFERRALS: Final = frozenset(
    {"referral.submitted", "referral.amended", "referral.withdrawn", "erasure.requested", "conviction.vacated"}
)
"""Events that need no subject: there is no person yet, or they name a referral."""
ABOUT_AGENCIES: Final = frozenset(
    {
        "capacity.reported", "agency.suspended", "agency.resumed", "order.reported", "message.corrected",
        "replay.requested", "replay.endorsed", "replay.steered",
    }
)  # fmt: skip
"""Events that have no subject: one that is sent is passed over, or they would go under a person's key."""
BY_WHO_KNOWS_THEM: Final = frozenset({"person.corrected"})
"""Events that only those may send who were told who the person is, or told it: a blind offer told them nothing."""
TAKES_BACK: Final = frozenset(event.name for event in PASSED_ON)
"""Words of a person that take back. One that cannot be handled holds what is told of them, whatever its version."""
_NAMING_THEIR_PERSON: Final = (LinkAnswered, AssignmentDirected)
_MOST_PROBLEMS: Final = 12
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_SLUG: Final = 60
_REFERENCE: Final = re.compile(r"per-[0-9a-f]{32}")

Translate = Callable[[str, str], str | None]
"""The person behind an agency's own pseudonym: `translate(pseudonym, agency)`, or None."""


class _Word(NamedTuple):
    """A person's word that takes back: whose it is, and a mark of it and its person."""

    person: str
    content: str


class _Refused(Exception):
    """The message is not admitted."""

    def __init__(self, reason: str, *problems: Problem) -> None:
        super().__init__(reason)
        self.reason, self.problems = reason, problems


@dataclass(frozen=True)
class Door:
    """Reads records of one site's agencies."""

    site: Site
    translate: Translate
    naming: Naming
    _history = cached_property(lambda door: HistoryIn(door.site))

    def __call__(self, record: Record) -> Fact:
        """Return the fact in the record; an `Unadmitted` one where it is refused.

        Raises:
            NewerVersion: the sender writes a version that this reader does not know yet.
        """
        slug = _slug(record.topic)
        try:
            envelope, data = open_envelope(record.headers, record.body, otherwise=record.appended_at)
            require_plausible(envelope)
        except NoCloudEvent as wrong:
            return _unadmitted(record, slug, None, wrong)
        try:
            if envelope.type in TAKES_BACK:
                # Whose word it is has to be known before anything of it waits for an upgrade.
                self._permitted(slug, envelope)
                self._subject(slug, envelope)
            return self._admitted(record, slug, envelope, data)
        except NewerVersion:
            raise
        except (Unreadable, _Refused) as wrong:
            return _unadmitted(record, slug, envelope, wrong, self._word(record, slug, envelope))

    def aside(self, record: Record) -> Fact | None:
        """Return what is said of a record that is parked: that a word of a person which takes back waits in it.

        Its envelope alone tells: the topic proves the agency, and the pseudonym in it is that agency's own.

        Raises:
            Unreadable: it is no CloudEvent.
        """
        return self._of_a_word(record, _parked)

    def again(self, record: Record) -> Fact | None:
        """Return what is said of a parked record that turns out to be known already: its word waits no longer.

        Raises:
            Unreadable: it is no CloudEvent.
        """
        return self._of_a_word(record, _read)

    def _of_a_word(self, record: Record, says: Callable[[str, Envelope, _Word], Event]) -> Fact | None:
        """Return what is said of a word that takes back, in its proven envelope; None of any other message.

        As its delivery stands where the record is: what is sent twice is said of twice, and an id may be two words'.
        """
        slug = _slug(record.topic)
        envelope, _ = open_envelope(record.headers, record.body, otherwise=record.appended_at)
        require_plausible(envelope)
        word = self._word(record, slug, envelope)
        if word is None:
            return None
        proven = proven_of(record, envelope, word.person)._replace(delivery=_place(record))
        return Fact(says(slug, envelope, word), proven)

    def put_away(self, record: Record) -> Fact:
        """Return what is made of a record that an operator puts away unread: a refusal, which its sender hears."""
        slug = _slug(record.topic)
        try:
            envelope, _ = open_envelope(record.headers, record.body, otherwise=record.appended_at)
        except NoCloudEvent:
            fact = _unadmitted(record, slug, None, _Refused("put-away", PUT_AWAY))
        else:
            word = self._word(record, slug, envelope)
            fact = _unadmitted(record, slug, envelope, _Refused("put-away", PUT_AWAY), word)
        # What was sent twice is put away twice.
        return Fact(fact.event, fact.envelope._replace(delivery=_place(record)))

    def corrected(self, record: Record, correction: bytes) -> Fact:
        """Return the fact in a record as an operator corrected it. A word that takes back stays the word that it was.

        Raises:
            Unreadable: it is not admitted so, or nobody can read it.
        """
        fact = read_mended(self, record, correction)
        envelope, _ = open_envelope(record.headers, record.body, otherwise=record.appended_at)
        word = self._word(record, _slug(record.topic), envelope)
        return replace(fact, word=word.content) if word is not None and isinstance(fact, Heard) else fact

    def _word(self, record: Record, slug: str, envelope: Envelope) -> _Word | None:
        """Return what tells a word that takes back from any other; None of other messages, and of nobody known."""
        if envelope.type not in TAKES_BACK:
            return None
        try:
            person = self._subject(slug, envelope)
        except _Refused:
            return None
        if person is None:
            return None
        return _Word(person, self.naming.word(person, envelope.type, envelope.dataschema, record.body or b""))

    def _admitted(self, record: Record, slug: str, envelope: Envelope, data: bytes) -> Fact:
        agency = self._permitted(slug, envelope)
        if len(data) > MOST_BYTES:
            raise _Refused("oversize", _TOO_BIG)
        # A person's stop is heard whatever stands in it: what no contract knows is left out, and its text is sealed.
        if envelope.type not in TAKES_BACK and (carried := self._history(data)):
            raise _Refused(HistoryIn.reason, carried)
        event, left_out = read_counting(envelope, data)
        found = findings(event, data, agency, self.site, record.appended_at)
        if found:
            raise _Refused(found[0].reason, *(one.problem for one in found[:_MOST_PROBLEMS]))
        subject = event.person if isinstance(event, _NAMING_THEIR_PERSON) else self._subject(slug, envelope)
        if isinstance(event, ReferralSubmitted | ReferralAmended):
            left_out += descriptions_in(event)
        if isinstance(event, ReferralSubmitted):
            event = placed(event, self.site)
        word = self._word(record, slug, envelope)
        if word is not None and slug != self.site.program_office:
            # Operators speak through the program office alone; the word itself is heard whoever is named in it.
            event = event.model_copy(update={"operator": None})
        heard = self.naming.heard(Fact(event, proven_of(record, envelope, subject)), left_out)
        return heard if word is None else replace(heard, word=word.content)

    def _permitted(self, slug: str, envelope: Envelope) -> Agency:
        if envelope.source != agency_source(slug):
            fix = f"Send {agency_source(slug)}."
            raise _Refused(
                "wrong-source", Problem(field="source", rule="It is the agency whose topic this is.", fix=fix)
            )
        agency = self.site.agencies.get(slug)
        if agency is None:
            fix = "Ask the program office."
            raise _Refused("unknown-agency", Problem(field="source", rule="It is an agency of this site.", fix=fix))
        if versions(envelope.type) and envelope.type not in agency.may_say:
            fix = "Send one of the events that the program office agreed with you."
            raise _Refused("not-permitted", Problem(field="type", rule="Your agency may say this event.", fix=fix))
        return agency

    def _subject(self, slug: str, envelope: Envelope) -> str | None:
        pseudonym = envelope.subject
        if envelope.type in ABOUT_AGENCIES:
            return None
        if pseudonym is None:
            if envelope.type in ABOUT_REFERRALS:
                return None
            fix = "Send the pseudonym that the hub's notice to you gave as its subject."
            raise _Refused("unknown-subject", Problem(field="subject", rule="It is required.", fix=fix))
        if slug == self.site.program_office and _REFERENCE.fullmatch(pseudonym):
            # Operators see the hub's own references; whether there is such a person is looked up before it is admitted.
            return pseudonym
        person = self.translate(pseudonym, slug)
        if person is None:
            raise _Refused("unknown-subject", UNKNOWN_SUBJECT)
        if envelope.type in BY_WHO_KNOWS_THEM and is_of_an_offer(pseudonym):
            raise _Refused("never-told", NEVER_TOLD)
        return person


def reused(fact: Fact) -> Fact:
    """Return what is made of an id that comes again with other content: a refusal that names the id, then all else."""
    more = fact.event.refusal.problems if isinstance(fact.event, Unadmitted) else ()
    refusal = refusal_of(fact, "reused-id", REUSED, *more[: _MOST_PROBLEMS - 1])
    if isinstance(fact.event, Unadmitted):
        event = fact.event.model_copy(update={"refusal": refusal})
    else:
        word = fact.word if isinstance(fact, Heard) else None
        event = Unadmitted(refusal=refusal, takes_back_of=fact.subject if word else None, word=word or "")
    return Fact(event, fact.envelope._replace(subject=None, type=Unadmitted.name, dataschema=None))


@lru_cache(maxsize=1_024)
def _slug(topic: str) -> str:
    slug = topics.agency_of(topic) or ""
    return slug if len(slug) <= _LONGEST_SLUG and _SLUG.fullmatch(slug) else "unknown"


def _parked(slug: str, envelope: Envelope, word: _Word) -> RevocationParked:
    kind = envelope.type
    return RevocationParked(agency=slug, message_id=envelope.id, message_type=kind, content=word.content)


def _read(slug: str, envelope: Envelope, word: _Word) -> RevocationRead:
    return RevocationRead(agency=slug, message_id=envelope.id, content=word.content)


def _place(record: Record) -> str:
    return f"{record.partition}/{record.offset}"


def _unadmitted(
    record: Record, slug: str, envelope: Envelope | None, wrong: Unreadable | _Refused, word: _Word | None = None
) -> Fact:
    nameless = Envelope(
        id=f"record {record.partition}/{record.offset}",
        source=agency_source(slug),
        type="unknown",
        at=record.appended_at,
    )
    known = envelope or nameless
    refusal = Refusal(
        agency=slug,
        message_id=known.id if envelope else id_in(record.headers, record.body) or known.id,
        message_type=known.type if versions(known.type) else "unknown",
        reason=wrong.reason,
        problems=wrong.problems,
    )
    proven = proven_of(record, known._replace(source=nameless.source), None)
    event = Unadmitted(refusal=refusal)
    if word is not None:
        event = Unadmitted(refusal=refusal, takes_back_of=word.person, word=word.content)
    return Fact(event, proven._replace(type=Unadmitted.name, signature=None))
