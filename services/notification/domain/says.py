"""Where the value of each field of each message comes from. A field that is not here is never told."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from contracts.parts import NOTICE
from contracts.words import Category
from services.notification.domain.charges import Named
from services.notification.domain.says_pretrial import SAYS_OF_PRETRIAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.relationship import SiteCondition
    from services.notification.domain.dossier import Dossier
    from services.notification.domain.telling import Telling


def _private(category: Category, name: str) -> Callable[[Telling], Any]:
    def look(telling: Telling) -> Any:
        return telling.private(category, name)

    return look


def _officer(name: str) -> Callable[[Telling], Any]:
    def look(telling: Telling) -> Any:
        return (telling.private(Category.INCIDENT, "officer") or {}).get(name)

    return look


_ECHO: Final[dict[str, Callable[[Telling], Any]]] = {
    "referral_id": lambda telling: telling.referral_id,
    "incident_number": _private(Category.INCIDENT, "number"),
    "subject_sequence": _private(Category.INCIDENT, "subject_sequence"),
    "source_reference": _private(Category.INCIDENT, "source_reference"),
}
_WHO: Final[dict[str, Callable[[Telling], Any]]] = {
    "preferred_name": _private(Category.IDENTITY, "preferred_name"),
    "legal_name": _private(Category.IDENTITY, "legal_name"),
    "birth_date": _private(Category.IDENTITY, "birth_date"),
    "pronouns": _private(Category.IDENTITY, "pronouns"),
    "phones": _private(Category.CONTACT, "phones"),
    "usual_places": _private(Category.CONTACT, "usual_places"),
    "through": _private(Category.CONTACT, "through"),
    "message_is_safe": _private(Category.CONTACT, "message_is_safe"),
    "place": _private(Category.INCIDENT, "place"),
    "officer_call_back": _officer("call_back"),
    "safety_code": _private(Category.SAFETY, "safety_code"),
    "area": lambda telling: telling.record.particulars.area,
    "language": lambda telling: telling.record.particulars.language,
    "needs": lambda telling: telling.record.particulars.needs,
    "allowed": lambda telling: telling.categories,
    "allowed_by": lambda telling: telling.allowed_by,
    "test": lambda telling: telling.record.test,
}
_UNAMENDED: Final = frozenset({"place", "officer_call_back", "allowed", "allowed_by", "test"})
"""What no amendment changes: what the police wrote of the incident, the answers themselves."""
_NOTICE: Final[dict[str, Callable[[Telling], Any]]] = {NOTICE: lambda telling: telling.notice}


def _terms(name: str) -> Callable[[Telling], Any]:
    return lambda telling: getattr(telling.offer.terms, name)


def _answer_by(telling: Telling) -> Any:
    """To the second: a finer one would be the very moment at which the agency that was asked before said no."""
    terms = telling.offer.terms
    return terms and terms.lapses_at.replace(microsecond=0)


def _review(name: str) -> Callable[[Telling], Any]:
    return lambda telling: getattr(telling.dossier.reviews[telling.row.review_id or ""], name)


def _recall(name: str) -> Callable[[Telling], Any]:
    return lambda telling: getattr(telling.dossier.recalls[telling.row.recall_id or ""], name)


def _recall_answer_by(telling: Telling) -> Any:
    clocks = telling.judge.site.clocks
    return telling.row.at + clocks.minutes(clocks.recall_again_minutes)


def _received_at(telling: Telling) -> Any:
    return telling.dossier.received_at.get(telling.referral_id or "", telling.row.at)


def _screened(telling: Telling) -> Any:
    return telling.dossier.screenings[telling.referral_id or ""][telling.row.revision]


def _clauses(telling: Telling) -> tuple[str, ...]:
    """The clauses of a "no" that rest on the police's own data; whatever else stood against it is not said."""
    if telling.row.state == "divertible":
        return ()
    screening = _screened(telling)
    policy = next(
        (
            one
            for one in telling.judge.site.policies
            if (one.id, one.version) == (screening.policy, screening.policy_version)
        ),
        None,
    )
    police_only = frozenset() if policy is None else {clause.id for clause in policy.clauses if clause.police_only}
    return tuple(clause for clause in screening.failed if clause in police_only)


def _conditions(telling: Telling) -> tuple[SiteCondition, ...]:
    """What the site asks of people after their intake, in its own words; nowhere else anything."""
    site = telling.judge.site
    return site.relationship.conditions(telling.record.door, site.local_time(telling.row.at).date())


def _minutes(telling: Telling) -> int:
    """When the case manager said nothing, the site's minutes for the arrival."""
    taken = telling.offer.accepted
    said = None if taken is None else taken.arrives_in_minutes
    return telling.judge.site.clocks.arrival_minutes if said is None else said


def appointment_follows(dossier: Dossier, referral_id: str, at: datetime) -> bool:
    """Tell whether somebody comes later, as it was when the officer was told: what follows then, police never hear."""
    return dossier.unavailable.get(referral_id, False) or any(
        taken.appointment_at is not None and taken.at <= at
        for offer in dossier.offers.values()
        if offer.referral_id == referral_id and (taken := offer.accepted) is not None
    )


def _appointment(telling: Telling) -> bool:
    return appointment_follows(telling.dossier, telling.referral_id or "", telling.row.at)


def _offences(telling: Telling) -> Any:
    return telling.record.particulars.offences


def _drugs(telling: Telling) -> Any:
    return telling.record.particulars.drugs


def _due_on(telling: Telling) -> Any:
    return date.fromordinal(telling.row.revision)


def _due_at(telling: Telling) -> Any:
    hold = telling.dossier.charges.get(Named(telling.referral_id or "", _office(telling)).key)
    return None if hold is None else hold.days.get(_due_on(telling))


def _office(telling: Telling) -> str:
    """The office's own lane, or the one that the case manager's message names."""
    return telling.row.state if telling.row.message == "report.awaited" else telling.row.agency


def _cause_number(telling: Telling) -> Any:
    hold = telling.dossier.charges.get(Named(telling.referral_id or "", telling.row.agency).key)
    return None if hold is None or hold.number is None else telling.own_number(hold.number)


_HOLD: Final[dict[str, Callable[[Telling], Any]]] = {"due_on": _due_on, "due_at": _due_at}
_SHOWN: Final = (
    "preferred_name", "legal_name", "birth_date", "pronouns", "phones", "usual_places", "through", "message_is_safe",
    "place", "officer_call_back", "safety_code",
)  # fmt: skip
SAYS: Final[dict[str, dict[str, Callable[[Telling], Any]]]] = {
    "message.refused": {"refusal": lambda telling: telling.row.refusal},
    "referral.acknowledged": _ECHO | {"received_at": _received_at},
    "screening.reported": _ECHO
    | {
        "divertible": lambda telling: telling.row.state == "divertible",
        "policy": lambda telling: _screened(telling).policy,
        "policy_version": lambda telling: _screened(telling).policy_version,
        "clauses": _clauses,
    },
    "case_manager.dispatched": _ECHO
    | {
        "arrives_in_minutes": _minutes,
        "dispatched_at": lambda telling: telling.row.at,
    },
    "handoff.confirmed": _ECHO | {"confirmed_at": lambda telling: telling.row.at},
    "handoff.unavailable": _ECHO
    | {
        "said_at": lambda telling: telling.row.at,
        "appointment_follows": _appointment,
    },
    "offer.made": {"offer_id": lambda telling: telling.row.offer_id, "answer_by": _answer_by}
    | {
        name: _terms(name)
        for name in (
            "door",
            "area",
            "age_band",
            "language",
            "needs",
            "officer_waiting",
            "arrive_within_minutes",
            "test",
        )
    },
    "offer.cancelled": {
        "offer_id": lambda telling: telling.row.offer_id,
        "cancelled_at": lambda telling: telling.row.at,
    },
    "transfer.reported": {
        "offer_id": lambda telling: telling.row.offer_id,
        "accepted": lambda telling: telling.row.state == "accepted",
    },
    "assignment.made": _WHO
    | _NOTICE
    | {
        "offer_id": lambda telling: telling.row.offer_id,
        "referral_id": lambda telling: telling.referral_id,
        "door": lambda telling: telling.record.door,
        "arrive_by": lambda telling: telling.offer.accepted and telling.offer.accepted.arrive_by,
        "after_the_fact": lambda telling: telling.record.after_the_fact,
        "conditions": _conditions,
    },
    "onward.offered": _WHO
    | _NOTICE
    | {
        "onward_id": lambda telling: telling.row.onward_id,
        "help_type": lambda telling: telling.dossier.onwards[telling.row.onward_id or ""].help_type,
        "asked_by": lambda telling: telling.dossier.onwards[telling.row.onward_id or ""].asked_by,
        "note": lambda telling: telling.note(),
    },
    "onward.reported": _NOTICE
    | {
        "onward_id": lambda telling: telling.row.onward_id,
        "state": lambda telling: telling.row.state,
    },
    "diversion.reported": _ECHO
    | {
        "offences": _offences,
        "drugs": _drugs,
        "diverted_at": lambda telling: telling.dossier.diverted_at(telling.referral_id or ""),
        "amended": lambda telling: telling.row.again and telling.referral_id not in telling.dossier.retracted,
        "withdrawn": lambda telling: telling.referral_id in telling.dossier.retracted,
    },
    "intake.reported": _NOTICE
    | {
        "referral_id": lambda telling: telling.referral_id,
        "completed_on": lambda telling: telling.dossier.enrolled.get(telling.referral_id or ""),
        "allowed_by": lambda telling: telling.allowed_by,
    },
    "hold.reported": _ECHO | _HOLD | {"state": lambda telling: telling.row.state, "cause_number": _cause_number},
    "report.awaited": {"referral_id": lambda telling: telling.referral_id, "office": lambda telling: telling.row.state}
    | _HOLD,
    "information.recalled": {
        "recall_id": lambda telling: telling.row.recall_id,
        **{name: _recall(name) for name in ("because", "categories", "disclosures")},
        "answer_by": _recall_answer_by,
    },
    "person.revealed": _ECHO | {name: _WHO[name] for name in _SHOWN},
    "approval.called": _ECHO
    | {
        "review_id": lambda telling: telling.row.review_id,
        **{name: _review(name) for name in ("urgent", "decide_by")},
    },
    "review.called": {
        "review_id": lambda telling: telling.row.review_id,
        "referral_id": lambda telling: telling.referral_id,
        **{name: _review(name) for name in ("urgent", "because", "decide_by")},
    },
    **SAYS_OF_PRETRIAL,
}
"""By message and field."""
_AMENDED: Final = frozenset({say for name, say in _WHO.items() if name not in _UNAMENDED} | {_offences, _drugs})


@lru_cache(maxsize=256)
def hangs_on_the_revision(message: str, told: frozenset[str]) -> bool:
    """Tell whether a message with these fields says anything that an amendment of the record can change."""
    return any(SAYS[message].get(name) in _AMENDED for name in told)
