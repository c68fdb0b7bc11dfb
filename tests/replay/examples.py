"""Replays of an invented lane: what was told, what operators say, what notification answers. Nobody is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

from contracts.catalogue import (
    DisclosureForeseen,
    DisclosureMade,
    DisclosureWithheld,
    ReplayEndorsed,
    ReplayRequested,
    ReplaySteered,
)
from contracts.envelope import Envelope, Fact, agency_source, service_source
from contracts.event import Event
from contracts.replaying import Foreseen, ReplayKind, ReplayPass, ReplayReason, ReplayStep, ToldReference
from contracts.words import Category, Purpose
from services.replay.domain import Ground, decide, evolve, key
from services.sites import Site, load_site

BEGIN = datetime(2026, 3, 9, 17, 0, tzinfo=UTC)
LANE, OTHER_LANE = "opportunity-council", "compass-health"
JUNO, ROBIN = "juno-sample", "robin-sample"
POLICY = "a" * 64
_numbers = count(1)


@cache
def site() -> Site:
    """Whatcom, where a second person approves more than four items."""
    whatcom = load_site("whatcom")
    rules = whatcom.replay.model_copy(update={"second_person_above": 4, "per_second": 500})
    return whatcom.model_copy(update={"policy_hash": POLICY, "replay": rules})


def person(number: int) -> str:
    return f"per-{number:032x}"


def office() -> str:
    return site().program_office


def fact(event: Event, at: datetime = BEGIN, *, by: str | None = None, about: str | None = None, **more: Any) -> Fact:
    source = service_source("notification") if by is None else agency_source(by)
    envelope = Envelope(f"{next(_numbers):032x}", source, event.name, at, about)
    return Fact(event, envelope._replace(**more))


def told(number: int, of: int, at: datetime, agency: str = LANE, *, reference: bool = True) -> Fact:
    """An agency was told something of a person."""
    made = DisclosureMade(
        message_id=f"msg-{number:032x}", message_type="intake.reported", agency=agency, referral_id=f"ref-{of:032x}",
        categories=(Category.CONTACT,), purpose=Purpose.CARE_COORDINATION, allowed_by="permission/sample",
        policy_hash=POLICY, made_at=at, content=f"{number:064x}",
        reference=ToldReference(at=at, referral_id=f"ref-{of:032x}") if reference else None,
    )  # fmt: skip
    return fact(made, at, about=person(of))


def requested(at: datetime = BEGIN, **changes: Any) -> Fact:
    given: dict[str, Any] = {
        "kind": ReplayKind.LANE, "agency": LANE, "since": BEGIN - timedelta(days=30), "reason": ReplayReason.DATA_LOST,
        "operator": JUNO,
    } | changes  # fmt: skip
    return fact(ReplayRequested(**given), at, by=office())


def endorsed(
    replay_id: str, plan_hash: str, at: datetime = BEGIN, *, operator: str = ROBIN, signed: bool = True
) -> Fact:
    event = ReplayEndorsed(replay_id=replay_id, plan_hash=plan_hash, operator=operator)
    return fact(event, at, by=office(), signature="c2FtcGxl" if signed else None)


def steered(replay_id: str, step: ReplayStep, at: datetime = BEGIN, *, per_second: int | None = None) -> Fact:
    return fact(ReplaySteered(replay_id=replay_id, step=step, operator=JUNO, per_second=per_second), at, by=office())


def foreseen(
    replay_id: str, message_id: str, outcome: Foreseen, at: datetime, of: str, mode: ReplayPass, **more: Any
) -> Fact:
    event = DisclosureForeseen(
        replay_id=replay_id, mode=mode, message_id=message_id, message_type="intake.reported", agency=LANE,
        outcome=outcome, policy_hash=POLICY, foreseen_at=at, **more,
    )  # fmt: skip
    return fact(event, at, about=of)


def again(replay_id: str, original: str, at: datetime, of: str, *, other: str | None = None, **more: Any) -> Fact:
    """A replay told it again: under the same id, or another."""
    event = DisclosureMade(
        message_id=other or original, message_type=more.pop("message_type", "intake.reported"), agency=LANE,
        categories=(Category.CONTACT,), purpose=more.pop("purpose", Purpose.CARE_COORDINATION),
        allowed_by="permission/sample", policy_hash=POLICY, made_at=at, replay_id=replay_id, original_id=original,
        **more,
    )  # fmt: skip
    return fact(event, at, about=of)


def held(
    replay_id: str, original: str, at: datetime, of: str, rule: str = "consent-ended", layer: str = "consent"
) -> Fact:
    event = DisclosureWithheld(
        message_id=original, message_type="intake.reported", agency=LANE, categories=(Category.CONTACT,),
        purpose=Purpose.CARE_COORDINATION, layer=layer, rule=rule, withheld_at=at, policy_hash=POLICY,
        replay_id=replay_id, original_id=original,
    )  # fmt: skip
    return fact(event, at, about=of)


class Told:
    """One replay, by the pure functions alone: given facts, when a fact, then exactly these."""

    def __init__(self, ground: Ground | None = None) -> None:
        self.state: Any = None
        self.ground = ground or Ground()

    def hear(self, heard: Fact) -> list[Any]:
        from services.plumbing.identity import stated  # noqa: PLC0415

        before, self.state = self.state, evolve(self.state, heard)
        said = []
        for number, outcome in enumerate(decide(site(), before, self.state, heard, self.ground)):
            said.append(outcome)
            if hasattr(outcome, "event"):
                follows = stated("replay", heard, outcome, number)
                assert key(follows) == key(heard)
                self.state = evolve(self.state, follows)
        return said


def later(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


__all__ = [name for name in globals() if not name.startswith("_")]
_ = replace
