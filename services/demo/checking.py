"""Whether each case ended as expected, and anything was lost or doubled; what lanes may see is judged in `privacy`."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Final

from contracts.catalogue import AssignmentMade, LedgerExtended, MessageRefused
from services.console.domain.standings import STANDINGS, referral_after
from services.plumbing.chains import Head, line_of, verified

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from contracts.envelope import Fact
    from services.demo.runs import Message, Run
    from services.plumbing.chains import Link, Verified

_NO_HEAD: Final = Head(0, 0, "")


def problems(run: Run, runs: Mapping[str, Run], office: str) -> list[str]:
    """Return what is not as the case expects, one phrase each; empty when all is as expected. Pure."""
    return [
        *_end(run, runs),
        *_facts(run),
        *off_the_map(run),
        *_sender(run),
        *_told(run, office),
        *_read(run),
        *_refused(run),
        *_unfinished(run),
    ]


def off_the_map(run: Run) -> Iterator[str]:
    """Yield each step of a case that the map of states does not have."""
    standing = None
    for step in run.steps:
        if step.event in STANDINGS:
            there = referral_after(standing, step.event)
            if there is None:
                yield f"{step.event} from {standing}, which the map of states does not have"
            standing = there or STANDINGS[step.event]


def first_end_reached(run: Run) -> bool:
    """Whether the case stands where it should before places are given."""
    return run.standing == (run.case.expect.first_end or run.case.expect.end)


def lost(sent: Iterable[tuple[str, str]], facts: Sequence[Fact], messages: Iterable[Message]) -> list[str]:
    """Return the ids of what agencies said and nobody in the hub ever heard of. Pure."""
    known = {fact.id for fact in facts} | {fact.envelope.causation_id for fact in facts}
    for fact in facts:
        refusal = getattr(fact.event, "refusal", None)
        known |= {refusal.message_id} if refusal is not None else set()
        known |= {getattr(fact.event, "message_id", None)}
    for message in messages:
        if message.heard.fact is not None:
            known |= {message.fact.envelope.causation_id, message.fact.envelope.correlation_id}
    return [identity for _, identity in sent if identity not in known]


def doubled(facts: Sequence[Fact], messages: Iterable[Message]) -> list[str]:
    """Return what stands twice on a topic or a lane, and submissions that became two referrals. Pure."""
    on_topics = Counter((fact.source, fact.id) for fact in facts)
    on_lanes = Counter((one.agency, one.fact.id) for one in messages if one.heard.fact is not None)
    begun = Counter(fact.envelope.causation_id for fact in facts if fact.event.name == "referral.received")
    return [str(what) for seen in (on_topics, on_lanes, begun) for what, times in seen.items() if times > 1]


def unentered(links: Iterable[Link], messages: Iterable[Message]) -> list[str]:
    """Return the ids of messages that lie on a lane and are in the ledger as told to nobody, or to others. Pure."""
    entries = [json.loads(link.entry) for link in links]
    told = {(entry["agency"], entry["message"]) for entry in entries if entry["kind"] == "made"}
    on_lanes = {(one.agency, one.fact.id) for one in messages if one.heard.fact is not None}
    return sorted(identity for agency, identity in on_lanes - told)


def ledger_holds(links: Iterable[Link], facts: Iterable[Fact]) -> Verified:
    """Verify the ledger against the heads that were published among these facts. Pure."""
    heads: dict[int, Head] = {}
    for fact in facts:
        said = fact.event
        if isinstance(said, LedgerExtended) and said.length > heads.get(said.chain, _NO_HEAD).length:
            heads[said.chain] = Head(said.chain, said.length, said.head)
    return verified((line_of(link).encode() + b"\n" for link in links), heads)


def _end(run: Run, runs: Mapping[str, Run]) -> Iterator[str]:
    expect, standing = run.case.expect, run.standing
    if standing != expect.end:
        yield f"ends {standing or 'nowhere'}, not {expect.end}"
    other = runs.get(expect.same_agency_as or "")
    agency = other.holder if other else expect.agency
    if agency is not None and run.holder != agency:
        yield f"is with {run.holder or 'nobody'}, not {agency}"


def _facts(run: Run) -> Iterator[str]:
    events = run.events
    yield from (f"no {name}" for name in run.case.expect.facts if name not in events)
    yield from (f"a {name}" for name in run.case.expect.never if name in events)


def _sender(run: Run) -> Iterator[str]:
    expected = run.case.expect.sender_hears
    heard = run.heard_by(run.case.sender)
    if expected is not None and heard != list(expected):
        yield f"the sender heard {', '.join(heard) or 'nothing'}"


def _told(run: Run, office: str) -> Iterator[str]:
    expect = run.case.expect
    for agency, types in expect.told.items():
        heard, expected = Counter(run.heard_by(agency)), Counter(types)
        yield from (f"{agency} did not hear {name}" for name in expected - heard)
        yield from (f"{agency} heard {name}" for name in heard - expected)
    yield from (f"somebody heard {name}" for name in expect.told_not if any(one.type == name for one in run.messages))
    others = {one.agency for one in run.messages} - {run.case.sender, office}
    if expect.told_nobody and others:
        yield f"{', '.join(sorted(others))} heard of it"


def _read(run: Run) -> Iterator[str]:
    """What the sender's messages say, and what those hear who were told who it is."""
    lane = [message for message in run.messages if message.agency == run.case.sender]
    for name, fields in run.case.expect.sender_reads.items():
        said = [message.fact.event.model_dump(mode="json") for message in lane if message.type == name]
        for field, value in fields.items():
            if not said or any(one.get(field) != value for one in said):
                yield f"the sender does not read {name} with {field} = {value}"
    holders = {message.agency for message in run.messages if message.type == AssignmentMade.name}
    heard = {message.type for message in run.messages if message.agency in holders}
    yield from (f"who was to come did not hear {name}" for name in run.case.expect.holder_hears if name not in heard)


def _refused(run: Run) -> Iterator[str]:
    """What an agency of the demonstration says is admitted, unless the case is about a refusal."""
    about = run.case.expect.end == "refused" or MessageRefused.name in run.case.expect.holder_hears
    for message in run.messages:
        refusal = getattr(message.fact.event, "refusal", None)
        if refusal is not None and not about:
            yield f"{refusal.message_type} of {message.agency} was refused: {refusal.reason}"


def _unfinished(run: Run) -> Iterator[str]:
    if run.later_done < len(run.case.later):
        yield f"{run.case.later[run.later_done].when} was never seen"
    if run.busy:
        yield "its agencies are not done"
