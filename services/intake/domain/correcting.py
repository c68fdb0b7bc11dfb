"""An operator corrects a message that the door has put aside: what is corrected is handled in its place, in its order.

The correction is a fact that names who, which message, which fields and why; never what stands in them. The message
stays as it was sent. What is corrected has to come through the door as any message does; what an operator has no right
to change is in `mending`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

from contracts import topics
from contracts.reading import Unreadable, open_envelope
from contracts.words import Problem
from services.intake.domain.mending import Unmendable, mended
from services.intake.domain.unadmitted import refused
from services.plumbing.service import Outcome, Row, Said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.catalogue import MessageCorrected
    from contracts.envelope import Envelope
    from services.intake.domain.cases import Case
    from services.intake.domain.heard import Heard
    from services.intake.domain.register import Register
    from services.intake.domain.rules import Rules
    from services.plumbing.service import Record

_LIST: Final = "`hub deadletters list` names what is put aside."
_BEHIND: Final = "behind"
_MOST_PROBLEMS: Final = 12


class Letter(NamedTuple):
    """A message of an agency that the door has put aside."""

    id: int
    record: Record
    key: str | None
    """Whose it is, where that is known."""
    reason: str
    settled: bool
    corrected: bool
    """Whether a correction of it waits to be handled."""
    handled: bool
    """Whether its id was handled since: its sender sent it again."""


@dataclass(frozen=True, slots=True)
class Correction:
    """How a letter is corrected, to be kept beside it until it was tried so; and by whom, why and by which event."""

    letter: int
    content: bytes
    word: str


def corrected(rules: Rules, _case: Case, fact: Heard, event: MessageCorrected, register: Register) -> Iterator[Outcome]:
    """Keep the correction beside the letter, to be handled in its place; or say why not."""
    letter = register.letters.get(event.letter)
    try:
        envelope, content, person = _read(rules, letter, event)
    except Unreadable as wrong:
        yield refused(fact, wrong.reason, *wrong.problems[:_MOST_PROBLEMS])
        return
    yield _admitted(event, envelope, person)
    yield Row(Correction(event.letter, content, f"{event.operator}: {event.why}, corrected by {fact.id}"))


def _admitted(event: MessageCorrected, envelope: Envelope, person: str | None) -> Said:
    """The correction as the log keeps it: which fields, and nothing of what stands in them."""
    named = [one.model_copy(update={"value": None}) for one in event.changes]
    known = {"changes": tuple(named), "message_id": envelope.id, "message_type": envelope.type}
    key = None if person else event.agency
    return Said(event.model_copy(update=known), subject=person, key=key, admitted=True)


def _read(rules: Rules, letter: Letter | None, event: MessageCorrected) -> tuple[Envelope, bytes, str | None]:
    """Return the envelope of the letter that is meant, its content as it is corrected, and of whom that speaks.

    Raises:
        Unreadable: there is no such letter, it is not to be corrected, or it is not admitted so.
    """
    if letter is None or topics.agency_of(letter.record.topic) != event.agency:
        _no("unknown-letter", "letter", "It is a message of that agency that the door has put aside.", _LIST)
    if event.agency == rules.site.program_office:
        fix = "Say it again under your own name, then discard this one."
        _no("own-word", "letter", "What operators say is not corrected.", fix)
    _require_open(letter)
    record = letter.record
    envelope, data = open_envelope(record.headers, record.body, otherwise=record.appended_at)
    if event.message_id not in {None, envelope.id} or event.message_type not in {None, envelope.type}:
        _no("unknown-letter", "message_id", "Id and event are those of the message that is put aside.", _LIST)
    content = mended(envelope, data, event).kept()
    read = rules.read_corrected(record, content)
    if letter.key is not None and rules.naming.key(read) != letter.key:
        fix = "Leave what names it as it was sent, or have the agency send it anew."
        _no("not-correctable", "changes", "It stays the message of the same person and the same case.", fix)
    return envelope, content, read.subject


def _require_open(letter: Letter) -> None:
    if letter.settled:
        _no(
            "settled-letter",
            "letter",
            "It is put aside still; this one is settled.",
            "`hub deadletters show` tells how it ended.",
        )
    if letter.corrected:
        rule = "It is corrected once; a correction of it waits to be handled."
        _no(
            "corrected-before",
            "letter",
            rule,
            "`hub deadletters show` tells what becomes of that; correct it anew if it fails.",
        )
    if letter.handled:
        fix = "Discard it: `hub deadletters discard`."
        _no("known-before", "letter", "Its id is new; it was handled since, as its sender sent it again.", fix)
    if letter.reason == _BEHIND:
        rule = "Something is wrong with it itself; this one only waits behind another of the same person or case."
        _no("waits-behind", "letter", rule, "`hub deadletters show` tells which one it waits for: settle that.")


def _no(reason: str, field: str, rule: str, fix: str) -> NoReturn:
    raise Unmendable(reason, Problem(field=field, rule=rule, fix=fix))
