"""How a replay is shown and proved: its plan, each item against it, each difference with its reason."""

from __future__ import annotations

import csv
import io
import json
from enum import StrEnum
from html import escape
from typing import TYPE_CHECKING, Any, Final

from services.commands import shown
from services.local.state import write_whole
from services.notification.domain.explaining import RULES
from services.replay.domain import Tally, counts_of, differences_of, withheld_of
from services.reporting.printed import STYLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from contracts.replaying import HistoryFound
    from services.commands.replaying import Found
    from services.replay.domain import Item, Replay
    from services.sites import Site

ITEM: Final = (
    "number", "original", "person", "referral", "message", "told (UTC)", "planned", "rehearsed", "ended", "told as",
    "why",
)  # fmt: skip


class Format(StrEnum):
    """How a report is written."""

    TEXT = "text"
    JSON = "json"
    HTML = "html"


def line_of(replay: Replay) -> dict[str, Any]:
    """Return a replay as one line of a list."""
    asked, plan = replay.request, replay.plan
    return {
        "replay_id": replay.replay_id, "kind": asked.kind.value, "of": _of(replay),
        "stage": replay.stage.value, "items": plan.events if plan else None, "asked_by": asked.operator,
        "asked_at": asked.at.strftime("%Y-%m-%d %H:%M"),
    }  # fmt: skip


def as_json(whole: Found, *, items: bool) -> dict[str, Any]:
    """Return the whole of it for a program."""
    replay = whole.replay
    said = replay.model_dump(mode="json", exclude_none=True) | {"stage": replay.stage.value}
    said["progress"] = {
        mode: {name: value for name, value in one.items() if name != "mode"} for mode, one in whole.progress.items()
    }
    if items:
        said["items"] = [dict(zip(ITEM, _cells(one), strict=True)) for one in whole.items]
    return said


def as_csv(whole: Found) -> str:
    """Return the items, a line each."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(ITEM)
    writer.writerows(_cells(one) for one in whole.items)
    return text.getvalue()


def show_plan(whole: Found, site: Site) -> None:
    """Show what is planned, who approved it, and how far it is."""
    shown.show_facts(f"Replay {whole.replay.replay_id}", _facts(whole, site))
    plan = whole.replay.plan
    if plan is not None and plan.withheld:
        rows = [(one.layer, one.rule, one.count, RULES.get(one.rule, "")) for one in plan.withheld]
        shown.show_table("Would be withheld", ("layer", "rule", "items", "what it means"), rows)


def show_items(whole: Found) -> None:
    """Show each item."""
    shown.show_table("Items", ITEM, (_cells(one) for one in whole.items))


def _facts(whole: Found, site: Site) -> list[tuple[str, object]]:
    replay, asked, plan = whole.replay, whole.replay.request, whole.replay.plan
    local = site.local_time
    since = f"{local(asked.since):%Y-%m-%d %H:%M} " if asked.since else ""
    facts: list[tuple[str, object]] = [
        ("stands", replay.stage.value), ("kind", asked.kind.value), ("of", _of(replay)),
        ("time", f"{since}to {local(asked.until):%Y-%m-%d %H:%M}"), ("asked by", f"{asked.operator} ({asked.reason})"),
    ]  # fmt: skip
    if plan is None:
        return facts
    if plan.history is not None:
        return [*facts, *_history(plan.history), ("plan", plan.plan_hash)]
    facts += [
        ("people", plan.persons), ("messages", plan.events),
        ("would be told", f"{plan.counts.same} as before, {plan.counts.changed} with other words"),
        ("would be withheld", plan.counts.withheld), ("cannot be said again", plan.counts.failed),
        ("under 42 CFR part 2", plan.restricted), ("takes about", f"{plan.estimated_seconds} s"),
        ("second person", f"yes ({', '.join(plan.because)})" if plan.second_person else "not needed"),
        ("to be begun by", f"{local(plan.expires_at):%Y-%m-%d %H:%M}"), ("plan", plan.plan_hash),
    ]  # fmt: skip
    facts += [
        ("approved", f"{one.operator}, {local(one.approved_at):%Y-%m-%d %H:%M}, signature {one.signature}")
        for one in replay.approvals
    ]
    facts += [(mode, f"{one['answered']} of {one['total']}") for mode, one in whole.progress.items()]
    if replay.end is not None:
        facts.append(("ended", _counted(replay.end.ended.model_dump())))
    return facts


def _of(replay: Replay) -> str | None:
    asked = replay.request
    return asked.agency or asked.service or (f"{asked.policy} {asked.policy_version}" if asked.policy else None)


def _history(found: HistoryFound) -> list[tuple[str, object]]:
    return [(name.replace("_", " "), value) for name, value in found]


def written(whole: Found, site: Site, how: Format) -> str:
    """Return the report."""
    tally = Tally.of(whole.replay.request)
    for item in whole.items:
        tally.add(item)
    if how is Format.JSON:
        return json.dumps(_proved(whole, tally), default=str, ensure_ascii=False) + "\n"
    facts = [(name, str(value)) for name, value in [*_facts(whole, site), *_totals(whole, tally)]]
    if how is Format.HTML:
        return _page(whole, facts, tally)
    lines = [f"Replay {whole.replay.replay_id}", *(f"{name}: {value}" for name, value in facts), ""]
    lines += [f"{_difference(one)}" for one in differences_of(tally.differences)] or ["No item ended otherwise."]
    lines += ["", "\t".join(ITEM), *("\t".join(map(str, _cells(one))) for one in whole.items)]
    return "\n".join(lines) + "\n"


def _proved(whole: Found, tally: Tally) -> dict[str, Any]:
    return as_json(whole, items=True) | {
        "planned": counts_of(tally.planned).model_dump(),
        "ended": counts_of(tally.ended).model_dump(),
        "withheld": [one.model_dump() for one in withheld_of(tally.withheld)],
        "differences": [one.model_dump() for one in differences_of(tally.differences)],
        "is_the_plan": whole.replay.plan is not None and tally.plan_hash == whole.replay.plan.plan_hash,
    }


def _totals(whole: Found, tally: Tally) -> list[tuple[str, object]]:
    same = whole.replay.plan is not None and tally.plan_hash == whole.replay.plan.plan_hash
    return [
        ("total planned", _counted(counts_of(tally.planned).model_dump())),
        ("total ended", _counted(counts_of(tally.ended).model_dump())),
        ("the plan's hash holds", "yes" if same else "no"),
    ]


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count) or "none"


def _difference(one: Any) -> str:
    rule = one.because.rpartition(": ")[2]
    return f"{one.count} planned as {one.planned} ended as {one.ended}: {one.because}. {RULES.get(rule, '')}".strip()


def _cells(one: Item) -> Sequence[Any]:
    rehearsed = one.rehearsed.outcome.value if one.rehearsed else ""
    told = one.sent.message_id if one.sent and one.sent.layer is None else ""
    because = one.why or (f"{one.sent.layer}: {one.sent.rule}" if one.sent and one.sent.layer else "")
    if one.sent is None and one.foreseen and one.foreseen.layer:
        because = because or f"{one.foreseen.layer}: {one.foreseen.rule}"
    return (
        one.number, one.original_id, one.person, one.referral_id or "", one.message_type,
        f"{one.made_at:%Y-%m-%d %H:%M:%S}", one.planned, rehearsed, one.ended, told, because,
    )  # fmt: skip


def _page(whole: Found, facts: Sequence[tuple[str, str]], tally: Tally) -> str:
    title = f"Replay {whole.replay.replay_id}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{escape(title)}</h1>\n"
        + "\n".join(_body(whole, facts, tally))
        + "\n</main>\n</body>\n</html>\n"
    )


def _body(whole: Found, facts: Sequence[tuple[str, str]], tally: Tally) -> Iterator[str]:
    yield from _table("Plan and end", ("what", "value"), facts)
    differences = [(one.planned, one.ended, one.because, str(one.count)) for one in differences_of(tally.differences)]
    yield from _table("Differences from the plan", ("planned", "ended", "because", "items"), differences)
    yield from _table("Items", ITEM, [[str(cell) for cell in _cells(one)] for one in whole.items])


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"<h2>{escape(title)}</h2>"
    if not rows:
        yield "<p>None.</p>"
        return
    yield f'<div class="wide" role="region" aria-label="{escape(title)}" tabindex="0"><table>'
    yield f"<caption>{escape(title)}</caption>"
    yield "<thead><tr>" + "".join(f'<th scope="col">{escape(one)}</th>' for one in heads) + "</tr></thead><tbody>"
    for first, *others in rows:
        cells = "".join(f'<td class="words">{escape(one)}</td>' for one in others)
        yield f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'
    yield "</tbody></table></div>"


def write(file: Path, text: str) -> None:
    """Write a file whole.

    Raises:
        Trouble: it cannot be written.
    """
    try:
        write_whole(file, text)
    except OSError as reason:
        raise shown.Trouble(f"{file} cannot be written: {reason.strerror}.", "name a file in another folder.") from None
