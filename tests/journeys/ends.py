"""How a caseload ended: per case, every fact of the hub in its order and every message of every lane, without chance.

Ids and times are left out, and which of several like agencies came, with the notice that follows from its standing:
that hangs on who had more room at the moment.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from contracts import topics
from contracts.envelope import Fact
from tests.journeys.cast import CASE_MANAGERS, Cast

ORDERED = (topics.REFERRALS, topics.SCREENINGS, topics.CONSENTS, topics.ASSIGNMENTS, topics.REPORTS)
COMPARED = (*ORDERED, topics.DISCLOSURES)
"""Deadlines are left out: whether a stale one fires while a run lasts is a matter of how long it lasts."""
_CHANCE = re.compile(
    r"(.*_at|.*_id|.*_hash|answer_by|arrive_by|decide_by|disclosures|sealed|note|why|met_where|subject_sequence|to"
    r"|form_reference|completed_on|signed_on|content|notice|certain|reference)$"
)

_CATEGORIES, _PERHAPS = re.compile(r"'categories': \[([^\]]*)\]"), " perhaps"

Ends = dict[str, dict[str, list[str]]]
"""For each case, by topic or by `lane of <role>`: what happened, one line each."""

OF_THE_CHARGE = {"hold.reported", "report.awaited"}


def ends(cast: Cast, facts: dict[str, list[Fact]]) -> Ends:
    """`facts` are the hub's topics, each person's in order; a fact that stands there again is the same fact."""
    found: Ends = {case.tag: defaultdict(list) for case in cast.cases}
    people, referrals = _people(facts), {}
    for fact in facts[topics.REFERRALS]:
        if fact.event.name == "referral.received":
            referrals[fact.event.referral_id] = people[fact.subject or ""]
    perhaps = _perhaps_told(facts[topics.DISCLOSURES])
    for topic in COMPARED:
        known = set()
        for fact in facts[topic]:
            if (fact.source, fact.id) in known or _asked_again(fact, perhaps):
                continue
            known.add((fact.source, fact.id))
            tag = people.get(fact.subject or "") or _refused(fact)
            if tag in found:
                found[tag][topic].append(_line(fact))
    for (agency, _), fact in cast.heard.items():
        tag = _whose(fact, cast, people, referrals)
        if tag in found:
            # Between topics no order is promised: what rests on the hold of a charge may overtake the rest.
            apart = f", {fact.event.name}" if fact.event.name in OF_THE_CHARGE else ""
            found[tag][f"lane of {_role(agency)}{apart}"].append(_line(fact))
    for topic_of in found.values():
        topic_of[topics.DISCLOSURES].sort()
    return {tag: dict(sorted(topic_of.items())) for tag, topic_of in found.items()}


def _perhaps_told(disclosures: list[Fact]) -> dict[str, datetime]:
    """What was being told when a process died, and since when: it counts as told, and is asked about again."""
    made: list[Any] = [fact.event for fact in disclosures if fact.event.name == "disclosure.made"]
    return {event.message_id: event.made_at for event in made if not event.certain}


def _asked_again(fact: Fact, perhaps: dict[str, datetime]) -> bool:
    """Whether it was withheld then, for what came meanwhile, whatever the purpose; what was judged first counts."""
    event: Any = fact.event
    since = perhaps.get(getattr(event, "message_id", ""))
    return since is not None and event.name == "disclosure.withheld" and event.withheld_at > since


def differences(expected: Ends, actual: Ends) -> list[str]:
    """What differs, one line each."""
    return [
        f"{tag} {where}: {_at(expected, tag, where)} became {_at(actual, tag, where)}"
        for tag in expected
        for where in sorted({*expected[tag], *actual.get(tag, {})})
        if not _alike(_at(expected, tag, where), _at(actual, tag, where))
    ]


def _alike(expected: list[str], actual: list[str]) -> bool:
    """Compare line by line; what only counts as told names all that it might have told, and so no less than that."""
    perhaps = [line.removesuffix(_PERHAPS) for line in actual if line.endswith(_PERHAPS)]
    if not perhaps:
        return expected == actual
    left = Counter(expected) - Counter(line for line in actual if not line.endswith(_PERHAPS))
    for line in perhaps:
        sure = next((one for one in left if _all_but_categories(one) == _all_but_categories(line)), "")
        if not sure or not _named(sure) <= _named(line):
            return False
        left -= Counter([sure])
    return not left and len(expected) == len(actual)


def _all_but_categories(line: str) -> str:
    return _CATEGORIES.sub("", line)


def _named(line: str) -> set[str]:
    return {name for found in _CATEGORIES.findall(line) for name in found.split(", ")}


def _at(found: Ends, tag: str, where: str) -> list[str]:
    return found.get(tag, {}).get(where, [])


def _people(facts: dict[str, list[Fact]]) -> dict[str, str]:
    """The case of each person, by the submission that it began with."""
    begun = [fact for fact in facts[topics.REFERRALS] if fact.event.name == "referral.received"]
    return {fact.subject or "": (fact.envelope.causation_id or "").partition("-")[0] for fact in begun}


def _whose(fact: Fact, cast: Cast, people: dict[str, str], referrals: dict[str, str]) -> str | None:
    event: Any = fact.event
    if event.name == "message.refused":
        return _refused(fact)
    if getattr(event, "offer_id", None) is not None:
        return cast._offers.get(event.offer_id)
    if getattr(event, "referral_id", None) is not None:
        return referrals.get(event.referral_id)
    return getattr(event, "language", None) or _onwards(cast).get(event.onward_id)


def _onwards(cast: Cast) -> dict[str, str]:
    return {
        fact.event.onward_id: fact.event.language for fact in cast.heard.values() if fact.event.name == "onward.offered"
    }


def _refused(fact: Fact) -> str | None:
    refusal = getattr(fact.event, "refusal", None)
    return None if refusal is None else refusal.message_id.partition("-")[0]


def _role(agency: str) -> str:
    return "a case manager" if agency in CASE_MANAGERS else agency


def _line(fact: Fact) -> str:
    said = _plain(fact.event.model_dump(mode="json", exclude_none=True, exclude_defaults=True))
    by = _role(fact.agency) if fact.agency else ""
    line = f"{fact.event.name} {by} {said}"
    perhaps = fact.event.name == "disclosure.made" and not getattr(fact.event, "certain", True)
    return line + _PERHAPS if perhaps else line


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in sorted(value.items()) if not _CHANCE.match(name)}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, str):
        text = re.sub(r"(con|ref|off|onw|rev|msg)-[0-9a-f]{32}", r"\1", value)
        return _role(re.sub(r"^con$", "consent", text))
    return value


def one_line_each(found: Iterable[str]) -> str:
    """For a failing test."""
    return "\n".join(found)
