"""Ready-made journeys for the reports' tests: invented referrals of invented people, none of whom has a name."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from contracts.words import ClosedReason, Door, EndReason, SourceKind
from services.console.domain import Journey, Sent
from services.reporting.ladder import STEPS
from services.reporting.quarters import Quarter
from services.sites import load_site

QUARTER = Quarter(2026, 3)
AS_OF = datetime(2026, 10, 20, 12, tzinfo=UTC)
BEGIN = datetime(2026, 8, 3, 17, tzinfo=UTC)
"""10 o'clock in the morning at the site."""
SITE = load_site("whatcom")
SMALL_SITE = SITE.model_copy(update={"areas": SITE.areas[:2]})
"""As Whatcom with two places, so that a solver is done sooner."""
SOURCES = {
    Door.ARREST_DIVERSION: (SourceKind.LAW_ENFORCEMENT,),
    Door.SOCIAL_CONTACT: (SourceKind.LAW_ENFORCEMENT,),
    Door.COMMUNITY: (SourceKind.FAMILY, SourceKind.BUSINESS, SourceKind.EMS, SourceKind.SELF),
}


def journey(
    came_to: str = "referred",
    *,
    door: Door = Door.COMMUNITY,
    source: SourceKind | None = None,
    age: tuple[int, int] | None = (30, 30),
    area: str | None = "bellingham",
    language: str = "en",
    interpreter: str = "no",
    at: datetime = BEGIN,
    met_after: int = 20,
    over: str | None = None,
    waiting: bool = False,
    unavailable: bool = False,
    after_the_fact: bool = False,
    test: bool = False,
    groups: dict[str, str] | None = None,
) -> Journey:
    """Return a referral that came so far; each step ten minutes after the one before, but for `met_after` minutes."""
    steps = STEPS[1 : STEPS.index(came_to) + 1]
    first = {step: at + timedelta(minutes=10 * number) for number, step in enumerate(steps, 1) if step != "enrolled"}
    if "met" in first:
        first["met"] = at + timedelta(minutes=met_after)
    event = {"offered": "assignment.offered", "accepted": "assignment.accepted", "met": "assignment.handed_off",
             "enrolled": "assignment.enrolled"}.get(came_to)  # fmt: skip
    stands = {} if event is None else {event: (at, "")}
    if waiting:
        stands["assignment.waitlisted"] = (at + timedelta(hours=1), "")
    if over is not None:
        name = "assignment.ended" if over in {one.value for one in EndReason} else "assignment.closed"
        stands[name] = (at + timedelta(days=2), over)
    return Journey(
        sent=Sent(
            revision=0, referred_at=at, door=door, source_kind=source or SOURCES[door][0], area=area, age=age,
            language=language, interpreter=interpreter, after_the_fact=after_the_fact, test=test,
            groups=groups or {},
        ),
        first=first,
        enrolled=came_to == "enrolled",
        enrolled_on=date(2026, 8, 10) if came_to == "enrolled" else None,
        offers=frozenset({first["offered"]} if "offered" in first else ()),
        stands=stands,
        unavailable=unavailable,
    )  # fmt: skip


def many(count: int, *args: object, **kwargs: object) -> list[Journey]:
    """Return that many alike."""
    return [journey(*args, **kwargs)] * count


def a_quarter() -> list[Journey]:
    """A quarter of a county: 120 referrals, most at the community's door."""
    arrest, social = Door.ARREST_DIVERSION, Door.SOCIAL_CONTACT
    return [
        *many(40, "enrolled"), *many(15, "enrolled", source=SourceKind.BUSINESS, age=(70, 70), language="es"),
        *many(12, "met", interpreter="unknown"), *many(14, "offered", waiting=True, age=None),
        *many(3, "screened", over=ClosedReason.NOT_DIVERTIBLE.value, area=None),
        *many(11, "enrolled", door=social, age=(19, 19)), *many(8, "referred", door=social, over="person_declined"),
        *many(12, "met", door=arrest, met_after=25), *many(5, "accepted", door=arrest, unavailable=True),
    ]  # fmt: skip
