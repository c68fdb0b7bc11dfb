"""A message with some of its fields mended: what an operator may change in it, and what stays as its sender said it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from contracts.envelope import JSON, instant
from contracts.event import versions
from contracts.reading import Unreadable, open_envelope
from contracts.words import Problem
from services.intake.domain.register import PASSED_ON
from services.intake.domain.unadmitted import NOT_SO, Unadmitted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from contracts.catalogue import MessageCorrected
    from contracts.envelope import Envelope, Fact
    from contracts.to_hub.message_corrected import FieldChange
    from services.plumbing.service import Record

_TAKES_BACK: Final = frozenset(event.name for event in PASSED_ON)
_SIGNED: Final = frozenset({"consent.signed", "approval.answered", "link.answered"})
"""What somebody signed, or decided in their own name: nobody else says it for them."""
_NAMES: Final = (
    "of", "incident.number", "incident.subject_sequence", "source_reference", "order_number", "form_reference",
    "person.agency_person_number",
)  # fmt: skip
"""By what a message names what it is about; and so does every field of its contract that ends in `_id`."""
_ID: Final = "_id"
_ANSWERS: Final = ("agreement", "answer", "approved", "result", "reach.message_is_safe")
"""What somebody answered: the person, or an agency."""

_ABSENT: Final = object()


class Unmendable(Unreadable):
    """The message cannot be corrected so."""

    def __init__(self, reason: str, *problems: Problem) -> None:
        """Keep what is wrong, and why in a word or two."""
        super().__init__(*problems)
        self.reason = reason


class Mended(NamedTuple):
    """A message as it is corrected: the version it is written in, and its data."""

    dataschema: str
    data: Mapping[str, Any]

    def kept(self) -> bytes:
        """Return it in one piece."""
        return json.dumps({"dataschema": self.dataschema, "data": self.data}).encode()


def mended_record(record: Record, kept: bytes) -> Record:
    """Return the record with the data that `Mended.kept` made one piece of; all that the broker proves stays.

    Raises:
        Unreadable: the record is no CloudEvent.
    """
    envelope, _ = open_envelope(record.headers, record.body, otherwise=record.appended_at)
    mended = json.loads(kept)
    told = {
        "ce_specversion": "1.0", "ce_id": envelope.id, "ce_source": envelope.source, "ce_type": envelope.type,
        "ce_time": instant(envelope.at), "ce_subject": envelope.subject, "ce_traceparent": envelope.traceparent,
        "ce_dataschema": mended["dataschema"], "content-type": JSON,
    }  # fmt: skip
    headers = tuple((name, value.encode()) for name, value in told.items() if value is not None)
    return record._replace(headers=headers, body=json.dumps(mended["data"]).encode())


def read_mended(door: Callable[[Record], Fact], record: Record, kept: bytes) -> Fact:
    """Return what the door makes of the record as it is mended.

    Raises:
        Unreadable: it does not admit it so.
    """
    try:
        fact = door(mended_record(record, kept))
    except Unreadable:
        raise
    except Exception:  # noqa: BLE001  # whatever the door trips over again: then this is no mending
        raise Unmendable("failed", NOT_SO) from None
    if isinstance(fact.event, Unadmitted):
        raise Unmendable(fact.event.refusal.reason, *fact.event.refusal.problems)
    return fact


def mended(envelope: Envelope, data: bytes, event: MessageCorrected) -> Mended:
    """Return the message as it is corrected.

    Raises:
        Unmendable: it may not be, or the changes do not fit it.
    """
    if envelope.type in _SIGNED:
        rule = "What somebody signed, or decided in their own name, nobody else says for them."
        fix = "Ask its sender to send it again under a new id, then discard this one."
        raise Unmendable("signed-form", Problem(field="message_type", rule=rule, fix=fix))
    sent = _object(data)
    if sent is None and not event.whole:
        fix = "Correct it as a whole, with all that it says: --file."
        raise Unmendable("invalid-data", Problem(field="changes", rule="What was sent is no JSON object.", fix=fix))
    after: dict[str, Any] = {} if event.whole or sent is None else json.loads(data)
    for number, change in enumerate(event.changes):
        _put(after, number, change)
    dataschema = _dataschema(envelope, event)
    if after == sent and dataschema == (envelope.dataschema or dataschema):
        fix = "Say which field is mended: --set, --file or --as-version."
        raise Unmendable("nothing-corrected", Problem(field="changes", rule="They change something.", fix=fix))
    found = tuple(_not_theirs(envelope.type, sent or {}, after))
    if found:
        raise Unmendable("not-correctable", *found)
    return Mended(dataschema, after)


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _dataschema(envelope: Envelope, event: MessageCorrected) -> str:
    version = event.message_version or len(versions(envelope.type))
    return f"hub:{envelope.type}/{version}"


def _put(data: dict[str, Any], number: int, change: FieldChange) -> None:
    *parts, last = change.field.split(".")
    if (change.value is None) != change.removed:
        _wrong(number, "It has a value, or is removed.", "Give one of the two.")
    for part in parts:
        inner = data.setdefault(part, {})
        if not isinstance(inner, dict):
            _wrong(number, "It is a field of an object.", "Give the whole list or object under its own name.")
        data = inner
    value = None
    try:
        value = json.loads(change.value or "null")
    except (ValueError, RecursionError):
        _wrong(number, "Its value is JSON.", "Put text into quotation marks; else send a number, a list or an object.")
    # JSON knows no difference between what is absent and what is nothing, and neither do the contracts.
    if value is None:
        data.pop(last, None)
    else:
        data[last] = value


def _wrong(number: int, rule: str, fix: str) -> Any:
    raise Unmendable("invalid-data", Problem(field=f"changes.{number}", rule=rule, fix=fix))


def _not_theirs(kind: str, sent: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what the changes touch that stays as it was said."""
    ids = {name for version in versions(kind) for name in version.model_fields if name.endswith(_ID)}
    names = (*_NAMES, *sorted(ids))
    for field in names:
        was, now = _at(sent, field), _at(after, field)
        if was is not _ABSENT and was != now and not (kind in _TAKES_BACK and now is _ABSENT):
            rule = "A correction does not change of whom or of what a message speaks."
            yield Problem(field=field, rule=rule, fix="Leave it as it was sent, or have the agency send it anew.")
        if kind in _TAKES_BACK and was is _ABSENT and now is not _ABSENT:
            rule = "What a person takes back is not narrowed by anybody else."
            yield Problem(field=field, rule=rule, fix="Leave it out: then it takes back all that the word reaches.")
    for field in _ANSWERS:
        if _at(sent, field) is not _ABSENT and _at(sent, field) != _at(after, field):
            rule = "A correction does not change what somebody answered."
            yield Problem(field=field, rule=rule, fix="Leave it as it was sent, or have the agency send it anew.")


def _at(data: Any, field: str) -> Any:
    for part in field.split("."):
        if not isinstance(data, dict) or data.get(part) is None:
            return _ABSENT
        data = data[part]
    return data
