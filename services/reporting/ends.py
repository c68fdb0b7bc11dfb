"""How it ended: where referrals stand, what became of offers, and how soon somebody came to an officer's call.

Each table divides numbers that are told elsewhere in the report, so its parts are kept back by the same rule.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from contracts.words import ClosedReason, DeclineReason, Door, EndReason
from services.reporting.ladder import STEPS, place_of
from services.reporting.paper import Cell, Row, Table, Unit, words_of
from services.reporting.small_cells import Leaf, Whole, kept_back, may_be_told
from services.reporting.times import minutes_to

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from services.console.domain import Journey
    from services.reporting.ladder import Place
    from services.reporting.small_cells import Divided

_OPEN: Final = ("waiting", "under_way")
_TAKING_PART: Final = "taking_part"
_OVER: Final = tuple(dict.fromkeys((*(one.value for one in ClosedReason), *(one.value for one in EndReason))))
_ENROLLED: Final = len(STEPS) - 1
_OFFER_ENDS: Final = (
    "not_answered",
    "nobody_came",
    *(f"declined_{one.value}" for one in DeclineReason),
    "taken_back",
)
_COUNT: Final = (("referrals", "referrals"),)


def told_of(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Return the parts of a number; those that are kept back, as None; all of them where the number itself is."""
    if not may_be_told(sum(counts.values())):
        return dict.fromkeys(counts)
    kept = kept_back(counts)
    return {name: None if name in kept else count for name, count in counts.items()}


def outcomes_of(counted: Sequence[Journey], whole: Whole | None) -> tuple[Table, Whole | None]:
    """Return where referrals stand, by how far they came; and the whole, with what that tells of its classes."""
    if whole is None:
        return _outcomes([Row("all", "all", (Cell(kept_back=True),))]), None
    rows, leaves = [], []
    for one in whole.cut.classes():
        here = whole.cut.places(one)
        names = [name for name in (*_OPEN, _TAKING_PART, *_OVER) if _where(name, here)]
        found = Counter(_standing(journey) for journey in counted if place_of(journey) in here)
        told = told_of({name: found[name] for name in names})
        rows += [_outcome(one, here, name, count) for name, count in told.items() if count != 0]
        kept = [name for name, count in told.items() if count is None]
        leaves += [Leaf(count, one, _where(name, here)) for name, count in told.items() if count]
        if kept:
            anywhere = frozenset(place for name in kept for place in _where(name, here))
            leaves.append(Leaf(sum(found[name] for name in kept), one, anywhere))
    return _outcomes(rows), Whole(whole.cut, tuple(leaves))


def _outcomes(rows: Sequence[Row]) -> Table:
    about = "How far referrals came, and where they stand or how they ended. What is not listed did not happen."
    return Table("outcomes", "What became of them", about, "outcome", _COUNT, tuple(rows), Unit.REFERRALS)


def _outcome(one: Place, here: Iterable[Place], name: str, count: int | None) -> Row:
    steps, closed = sorted({step for step, _ in here}), {closed for _, closed in here}
    came = " to ".join(STEPS[step] for step in dict.fromkeys((steps[0], steps[-1])))
    part = "any" if len(closed) > 1 else "closed" if one[1] else "open"
    cell = Cell(count, kept_back=count is None)
    return Row(f"{STEPS[steps[0]]}/{part}/{name}", f"came to {came}: {words_of(name)}", (cell,))


def _standing(journey: Journey) -> str:
    """Who has begun takes part until that is over, also while another agency is asked."""
    return _TAKING_PART if journey.enrolled and not journey.is_over else journey.standing


def _where(name: str, here: Iterable[Place]) -> frozenset[Place]:
    """Return at which of these places a referral can be that stands so."""
    if name in _OVER:
        return frozenset(place for place in here if place[1])
    return frozenset(
        (step, closed) for step, closed in here if not closed and (step == _ENROLLED) == (name == _TAKING_PART)
    )


def offers_of(counted: Iterable[Journey]) -> Table:
    """Return what became of the offers from which no hand-off came."""
    # Why an offer is taken back mirrors why the referral ended: told by reason, it would say what outcomes keep back.
    ends = Counter(
        "taken_back" if how.startswith("cancelled_") else how for one in counted for _, how in one.offer_ends.values()
    )
    told = told_of({name: ends[name] for name in _OFFER_ENDS})
    rows = tuple(Row(name, words_of(name), (Cell(count, kept_back=count is None),)) for name, count in told.items())
    about = "Offers that came to no hand-off. One referral may have had several; a number says nothing of people."
    return Table(
        "offers", "Offers that came to nothing", about, "how they ended", (("offers", "offers"),), rows, Unit.OFFERS
    )


def court_diversions_of(counted: Iterable[Journey]) -> Table:
    """Return what became of court pretrial diversions that were granted. Source: RCW 69.50.4017(12)."""
    ends = Counter(_end_at_court(one.pretrial) for one in counted if "granted" in one.pretrial)
    told = told_of({name: ends[name] for name in ("dismissed", "terminated", "completed", "ongoing")})
    rows = tuple(Row(name, _AT_COURT[name], (Cell(count, kept_back=count is None),)) for name, count in told.items())
    about = "Court pretrial diversions that were granted, of the referrals of the quarter: RCW 69.50.4017(12)."
    return Table("court_diversion", "Court pretrial diversion", about, "how it stands", _COUNT, rows, Unit.REFERRALS)


_AT_COURT: Final = {
    "dismissed": "completed, and the charge dismissed",
    "terminated": "terminated by the court",
    "completed": "completed, not dismissed yet",
    "ongoing": "ongoing",
}


def _end_at_court(stages: frozenset[str]) -> str:
    return next((name for name in _AT_COURT if name in stages), "ongoing")


def overrides_of(counted: Sequence[Journey], whole: Whole | None) -> Table:
    """Return how many presumptive verdicts were overridden, where neither that nor what is left beside it is small."""
    count = sum(one.is_overridden for one in counted)
    beside = [None if whole is None else whole.told(column) for column in ("referred", "eligible")]
    told = may_be_told(count) and all(one is not None and may_be_told(one - count) for one in beside)
    cell = Cell(count if told else None, kept_back=not told)
    about = "Referrals that a policy or the clock had found presumptively ineligible, let in for a reason."
    row = Row("overridden", "presumptive verdicts overridden", (cell,))
    return Table("overrides", "Overrides", about, "what", _COUNT, (row,), Unit.REFERRALS)


def mark_of(counted: Sequence[Journey], by_door: Divided | None, minutes: int) -> tuple[Table, bool]:
    """Return how soon a case manager met who was diverted at an arrest, and whether that is told."""
    arrests = [one for one in counted if one.sent and one.sent.door is Door.ARREST_DIVERSION]
    met = Counter(_against(one, minutes) for one in arrests if _came_to_meet(one))
    missed = Counter("nobody_could_come" if one.unavailable else "not_met" for one in arrests if not _came_to_meet(one))
    told_met = _within(met, ("within", "later", "time_not_known"), by_door, "met")
    told_missed = _within(missed, ("nobody_could_come", "not_met"), by_door, None)
    words = {"within": f"met within {minutes} minutes", "later": "met later", "time_not_known": "met; nobody said when"}
    rows = tuple(
        Row(name, words.get(name, words_of(name)), (Cell(count, kept_back=count is None),))
        for name, count in (told_met | told_missed).items()
    )
    about = (
        f"Arrest diversions: from the referral to the hand-off. The mark of {minutes} minutes is the site's setting; "
        "the LEAD Support Bureau says 30, ideally."
    )
    table = Table("mark", "Hand-offs at an arrest", about, "hand-off", _COUNT, rows, Unit.REFERRALS, "referrals")
    return table, all(count is not None for count in told_met.values())


def _came_to_meet(journey: Journey) -> bool:
    return place_of(journey)[0] >= STEPS.index("met")


def _against(journey: Journey, mark: int) -> str:
    minutes = minutes_to("met", journey, "UTC")
    if minutes is None:
        return "time_not_known"
    return "within" if minutes <= mark else "later"


def _within(
    found: Counter[str], names: Sequence[str], by_door: Divided | None, column: str | None
) -> dict[str, int | None]:
    """Divide those who came to a step, or those who did not come to meet, where the table of doors tells how many."""
    door = Door.ARREST_DIVERSION.value
    needed = ("met",) if column else ("met", "referred")
    if by_door is None or any(by_door.told(door, one) is None for one in needed):
        return dict.fromkeys(names)
    return told_of({name: found[name] for name in names})
