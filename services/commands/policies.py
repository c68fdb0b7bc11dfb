"""`hub policy`: who is eligible, by which words, whether they hold, and what another version would have said."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from contracts.words import RuleResult
from services.commands import drafting, reach, shown
from services.commands.arguments import ReferralArgument
from services.commands.drafting import VersionArgument, in_force_now, policy_of
from services.commands.reach import JsonOption, OtherSiteOption, StateOption
from services.commands.screenings import newest_of, of_every_referral
from services.eligibility.domain import (
    changes,
    explained,
    listed,
    ready,
    settled_by,
    verdicts,
)
from services.sites.loading import load_drafts

if TYPE_CHECKING:
    from services.eligibility.domain import CompiledPolicy, Explained, Ground, Missing
    from services.sites import Policy, Site

group = typer.Typer(help="Who is eligible: the site's dated policies.", no_args_is_help=True, **shown.STYLE)

_WORD: Final = {
    RuleResult.FAIL: "[red]fail[/]", RuleResult.UNKNOWN: "[yellow]unknown[/]", RuleResult.PASS: "[green]pass[/]",
    RuleResult.NOT_APPLICABLE: "[dim]does not apply[/]",
}  # fmt: skip


@group.command("list")
def list_(site: OtherSiteOption = None, state: StateOption = None, json_: JsonOption = False) -> None:
    """Name the site's policies, oldest first.

    Each with the time in which it is in force, and the hash by which decisions name it.

    Example: hub policy list
    """
    which = reach.site_of(site, state)
    drafts, unreadable = load_drafts(which.slug, reach.sites_folder())
    found = listed(which, drafts)
    for problem in unreadable:
        shown.say(problem)
    if json_:
        shown.show_json([asdict(one) for one in found])
        return
    rows = (
        (one.version, one.stage, f"{one.in_force_from:%Y-%m-%d}", _day(one.in_force_until), one.approved_by,
         one.clauses, len(one.not_published), one.hash[:12])
        for one in found
    )  # fmt: skip
    columns = ("version", "stage", "in force from", "until", "approved by", "clauses", "not published", "hash")
    shown.show_table(f"Policies of {which.name}", columns, rows)


@group.command()
def show(
    version: Annotated[
        str | None, typer.Argument(help="A version of `hub policy list` (default: the one in force now).")
    ] = None,
    site: OtherSiteOption = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Show a policy, clause by clause.

    Of each clause its words, its source, and the expression that is asked.

    Example: hub policy show 2026-01
    """
    named = reach.site_of(site, state)
    policy = in_force_now(named) if version is None else policy_of(named, version)
    if json_:
        shown.show_json(policy.model_dump(mode="json", exclude={"cases"}))
        return
    begins = shown.minute(policy.in_force_from.isoformat())
    shown.show_facts(f"{policy.id} {policy.version}", [("in force from", begins), ("hash", policy.hash)])
    for clause in policy.clauses:
        shown.screen.print()
        shown.screen.print(clause.id, style="bold", markup=False)
        told = "police may hear it" if clause.police_only else "police never hear it"
        lines = (
            ("says", clause.text), ("source", clause.citation), ("published", clause.published), ("told", told),
            ("applies", clause.applies.strip()), ("asks", " ".join(clause.expression.split())),
        )  # fmt: skip
        for name, value in lines:
            shown.screen.print(f"  {name}: {value}", markup=False, soft_wrap=True)


group.command()(drafting.lint)
group.command("test")(drafting.try_)
group.command()(drafting.approve)


@group.command()
def explain(referral: ReferralArgument, state: StateOption = None, json_: JsonOption = False) -> None:
    """Show why a referral was screened as it was.

    Clause by clause, and which missing fact would settle what is open: by the very words on which the decision
    stands. Each missing fact is tried by itself, with the values it may have.

    Example: hub policy explain ref-0123456789abcdef0123456789abcdef
    """
    found = reach.find(state)
    screening = asyncio.run(newest_of(found.hub, referral))
    if screening is None:
        raise shown.Trouble(
            f"No screening of {referral} is known.", "look at the id; one that was erased is not known any more."
        )
    why = explained(found.site, screening)
    policy = next((one for one in found.site.policies if one.hash == screening.policy_hash), None)
    missing = {} if policy is None else _missing(ready(policy), why, screening.inputs, found.site)
    if json_:
        shown.show_json(_explained(why, missing))
        return
    shown.screen.print(f"{why.verdict.value.replace('_', ' ')} by {why.policy} {why.version}", style="bold")
    if not why.words_are_still_the_same:
        shown.screen.print("The site has this version no more as it was: only the clauses' names are known.")
    for ground in (*why.decided_by, *why.met, *why.not_applicable):
        _show_ground(ground, missing.get(ground.clause, ()))


@group.command()
def diff(
    before: VersionArgument,
    after: Annotated[str, typer.Argument(help="The other version.")],
    history: Annotated[
        bool, typer.Option("--history", help="Ask both about every referral that this hub has screened.")
    ] = False,
    site: OtherSiteOption = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Compare two versions of a policy.

    In words, clause by clause, and by what each says of the referrals that were screened.

    With --history it reads the newest screening of each referral from the hub that runs, and asks both versions about
    exactly what was known then. Nothing is decided anew.

    Example: hub policy diff 2025-01 2026-01 --history
    """
    which = reach.site_of(site, state)
    one, other = policy_of(which, before), policy_of(which, after)
    words = changes(one, other)
    counted = _history(one, other, state) if history else None
    if json_:
        told = {"changes": [asdict(change) for change in words]}
        shown.show_json(told if counted is None else told | {"verdicts": counted})
        return
    rows = ((change.clause, change.part or "clause", change.before, change.after) for change in words)
    shown.show_table(f"{before} and {after}", ("clause", "what", before, after), rows, nothing="they say the same")
    if counted is not None:
        shown.screen.print()
        lines = ((entry["before"], entry["after"], entry["referrals"]) for entry in counted)
        shown.show_table("Referrals by verdict", (before, after, "referrals"), lines)
        changed = sum(entry["referrals"] for entry in counted if entry["before"] != entry["after"])
        shown.screen.print(f"verdicts that would change: {changed} of {sum(entry['referrals'] for entry in counted)}")


def _missing(
    compiled: CompiledPolicy, why: Explained, inputs: dict[str, Any], site: Site
) -> dict[str, tuple[Missing, ...]]:
    still_open = [one.clause for one in why.decided_by if one.result is RuleResult.UNKNOWN]
    known = {clause.id for clause in compiled.policy.clauses}
    return {clause: settled_by(compiled, clause, inputs, site) for clause in still_open if clause in known}


def _explained(why: Explained, missing: dict[str, tuple[Missing, ...]]) -> dict[str, Any]:
    return {
        "verdict": why.verdict,
        "policy": why.policy,
        "version": why.version,
        "words_are_still_the_same": why.words_are_still_the_same,
        "clauses": [
            {
                "clause": one.clause,
                "result": one.result,
                **(one.words._asdict() if one.words is not None else {}),
                "settled_by": [fact._asdict() for fact in missing.get(one.clause, ())],
            }
            for one in (*why.decided_by, *why.met, *why.not_applicable)
        ],
    }


def _show_ground(ground: Ground, missing: tuple[Missing, ...]) -> None:
    shown.screen.print(f"\n{_WORD[ground.result]}  [bold]{ground.clause}[/]")
    if ground.words is not None:
        shown.screen.print(f"  {ground.words.text}", markup=False, soft_wrap=True)
        shown.screen.print(f"  source: {ground.words.citation}", style="dim", markup=False, soft_wrap=True)
    for fact, results in missing:
        would = " or ".join(result.value.replace("_", " ") for result in results)
        shown.screen.print(f"  if it were known: {fact}; it would find {would}", markup=False, soft_wrap=True)
    if ground.result is RuleResult.UNKNOWN and not missing:
        shown.screen.print("  no single missing fact would settle it: a person decides")


def _history(before: Policy, after: Policy, state: Any) -> list[dict[str, Any]]:
    screened = asyncio.run(of_every_referral(reach.find(state).hub))
    counted = verdicts(ready(before), ready(after), (one.inputs for one in screened))
    return [
        {"before": one.value, "after": other.value, "referrals": count}
        for (one, other), count in sorted(counted.items())
    ]


def _day(at: Any) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d}"
