"""Whether each lane saw only what it may: the event, its fields, the words in it, and what stands beside it.

Judged apart from the carrier, from the site's permissions and from what the cases themselves say.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from contracts.catalogue import AssignmentMade
from contracts.words import Agreement, Door, SourceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from services.demo.runs import Message, Run
    from services.sites import Permission, Site

_ORDINARY: Final = frozenset(
    {"content-type", "ce_specversion", "ce_type", "ce_source", "ce_dataschema", "ce_time", "ce_admittedtime"}
)
"""Headers that are alike for many messages, and so tell nothing of one."""
_REVEALING: Final = frozenset({SourceKind.EMERGENCY_DEPARTMENT, SourceKind.TREATMENT, SourceKind.HEALTH_CARE})


def improper(message: Message, site: Site, runs: Sequence[Run]) -> Iterator[str]:
    """Yield why a message should not be on this lane: no permission, a field beyond it, or somebody's words. Pure."""
    if message.heard.fact is None:
        yield f"{message.agency}: a message that cannot be read"
        return
    where = f"{message.agency}: {message.type}"
    rows: Iterable[Permission] = site.permissions_for(message.type, message.agency)
    if not rows:
        yield f"{where}: no permission names it"
    if message.type == AssignmentMade.name:
        rows = _rows_that_cover(message, rows, site, runs)
    allowed = {name for row in rows for name in row.fields}
    yield from (
        f"{where}: the field {name} is beyond the permission" for name in _filled(message) if name not in allowed
    )
    texts = [*_texts(message.fact.event.model_dump(mode="json")), *message.heard.marks.values()]
    known = {word for run in runs for word in _known(run, message.agency, site)}
    for run in runs:
        if any(word in text for word in run.private_words - known for text in texts):
            yield f"{where}: private words of {run.case.slug}"


def joined(messages: Iterable[Message]) -> Iterator[str]:
    """Yield each header that stands on two agencies' lanes, so that they could tell that both are about one. Pure.

    What the message itself says, such as the id of a referral that both may know, its headers may say, too.
    """
    seen: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for message in messages:
        if message.heard.fact is None:
            continue
        told = set(_texts(message.fact.event.model_dump(mode="json")))
        for name, value in message.heard.marks.items():
            if name not in _ORDINARY and value not in told:
                seen[value].setdefault(message.agency, f"{message.type} {name}")
    for lanes in seen.values():
        if len(lanes) > 1:
            yield "the same on two lanes: " + ", ".join(f"{agency}: {what}" for agency, what in sorted(lanes.items()))


def _rows_that_cover(message: Message, rows: Iterable[Permission], site: Site, runs: Sequence[Run]) -> list[Permission]:
    """Return the rows by which somebody may be named: by their consent, if there was one, else as they came."""
    event, at = message.fact.event, max(message.fact.envelope.at, _appended(message))
    run = next(
        (one for one in runs if isinstance(event, AssignmentMade) and one.referral_id == event.referral_id), None
    )
    if run is None:
        return []
    persons = [one for one in runs if one is run or (run.person is not None and one.person == run.person)]
    consented = any(_happened(one, "consent.granted", at) for one in persons)
    referral = run.case.referral
    restricted = referral.get("source_kind") in _REVEALING or site.agencies[run.case.sender].restricted_source
    door = Door(referral["door"])
    answers = list(_agreements(run, at))
    return [
        row
        for row in rows
        if (row.consent_needed and consented)
        or (not row.consent_needed and any(row.covers(door, word, restricted_source=restricted) for word in answers))
    ]


def _appended(message: Message) -> datetime:
    """When it was told: a message that waited was judged then, and carries the time of what it is about."""
    return datetime.fromtimestamp(message.heard.appended_ms / 1000, UTC)


def _agreements(run: Run, at: datetime) -> Iterator[Agreement]:
    """Yield what the person had answered by then: at first, in an amendment, or to the case manager."""
    referral = run.case.referral
    yield Agreement(referral.get("agreement", "agreed" if referral.get("agreed") else "not_asked"))
    if _happened(run, "person.agreed", at):
        yield Agreement.AGREED
    if _happened(run, "referral.corrected", at):
        amended = (one.data for one in run.case.later if isinstance(one.data, dict))
        yield from (Agreement(data["agreement"]) for data in amended if "agreement" in data)


def _happened(run: Run, event: str, until: datetime) -> bool:
    return any(step.event == event and step.at <= until for step in run.steps)


def _known(run: Run, agency: str, site: Site) -> frozenset[str]:
    """Return which of the case's words an agency may see: its sender and whom the person let know, all of them."""
    if agency == run.case.sender or agency in run.may_know:
        return run.private_words
    number = run.incident_number
    # The police's own number goes to who prosecutes their cases, as for any arrest.
    charges = any(one.slug == agency for one in site.prosecutors_of(run.case.sender))
    return frozenset({number}) if number and charges else frozenset()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, str):
        yield value


def _filled(message: Message) -> Iterator[str]:
    """The fields that say something: those that are not as they are by themselves."""
    event = message.fact.event
    for name, field in type(event).model_fields.items():
        if field.is_required() or getattr(event, name) != field.get_default(call_default_factory=True):
            yield name
