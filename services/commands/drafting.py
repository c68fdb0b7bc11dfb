"""`hub policy lint`, `test` and `approve`: what becomes of a policy before anybody is screened by it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.commands import reach, shown
from services.commands.reach import JsonOption, OtherSiteOption, StateOption
from services.eligibility.domain import PolicyUnusable, linted, not_shown, tried
from services.sites import Approval
from services.sites.checks import problems_of
from services.sites.loading import load_drafts, write_approval

if TYPE_CHECKING:
    from services.sites import Policy, Site

VersionArgument = Annotated[str, typer.Argument(help="A policy's version; `hub policy list` names them.")]
OneOrAllArgument = Annotated[str | None, typer.Argument(help="One version (default: all, drafts too).")]


def lint(
    version: OneOrAllArgument = None,
    site: OtherSiteOption = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Find what is wrong with a policy.

    Before anybody waits for it; the exit code is 1 where something is to mend.

    Clauses that do not compile or ask for what no referral has; without a source; never reached; that pass though
    nothing is published; and results that the table of cases does not show.

    Example: hub policy lint
    """
    which = reach.site_of(site, state)
    chosen, unreadable = _chosen(which, version)
    problems = {policy.version: linted(which, policy) for policy in chosen}
    if unreadable:
        problems["drafts that cannot be read"] = unreadable
    if json_:
        shown.show_json([{"version": name, "problems": found} for name, found in problems.items()])
    for name, found in () if json_ else problems.items():
        shown.screen.print(f"{name}: {'all is well' if not found else f'{len(found)} to mend'}", markup=False)
        for line in found:
            shown.screen.print(f"  {line}", markup=False, soft_wrap=True)
    if any(problems.values()):
        raise typer.Exit(1)


def try_(
    version: OneOrAllArgument = None,
    site: OtherSiteOption = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Try each policy on its own table of cases.

    The exit code is 1 where a case finds something else. The table is `policies/cases/<version>.toml` of the
    site: facts of a referral, what clauses find, and the verdict.

    Example: hub policy test 2026-01
    """
    which = reach.site_of(site, state)
    chosen, _ = _chosen(which, version)
    found = {policy.version: _tested(which, policy) for policy in chosen}
    if json_:
        shown.show_json([{"version": name} | facts for name, facts in found.items()])
    for name, facts in () if json_ else found.items():
        shown.screen.print(f"{name}: {facts['as_expected']} of {facts['cases']} cases as expected", markup=False)
        for one in facts["differences"]:
            what = "the verdict" if one["clause"] is None else one["clause"]
            said = f"  {one['case']}: {what} is {one['found']}, and was to be {one['expected']}"
            shown.screen.print(said, markup=False, soft_wrap=True)
        for clause, result in facts["not_shown"]:
            shown.screen.print(f"  no case shows that {clause} finds {result}", markup=False, soft_wrap=True)
    if any(facts["differences"] or facts["not_shown"] for facts in found.values()):
        raise typer.Exit(1)


def approve(
    version: VersionArgument,
    by: Annotated[str, typer.Option(help="The site's policy group, in words.")],
    on: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The day on which it approved the policy.")],
    operator: Annotated[str, typer.Option(help="Who enters it, by their short name.")],
    reference: Annotated[str, typer.Option(help="Where it is written down.")] = "",
    site: OtherSiteOption = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Enter that the policy group approved a draft.

    A file beside the policy says who and when, and names the policy's hash: the approval is of these very words. Put
    both under version control. The hub screens by it from the day that the policy names, once its services begin anew.

    Example: hub policy approve 2027-01 --by "Policy Coordinating Group" --on 2026-12-01 --operator juno-sample
    """
    which = reach.site_of(site, state)
    draft = _draft(which, version)
    approval = Approval(by=by, on=on.date(), hash=draft.hash, reference=reference, entered_by=operator)
    then = (*which.policies, draft.model_copy(update={"approval": approval}))
    if problems := (*linted(which, draft), *problems_of(which.model_copy(update={"policies": then}))):
        raise shown.Trouble("\n".join(problems), "mend the draft, or say otherwise when it was approved.")
    file = write_approval(which.slug, draft, approval, reach.sites_folder())
    if json_:
        shown.show_json({"version": version, "file": str(file), **approval.model_dump(mode="json")})
        return
    shown.screen.print(f"{draft.id} {version} is approved: {file}", markup=False, soft_wrap=True)


def policy_of(site: Site, version: str) -> Policy:
    """Return the policy of that version, approved or not."""
    drafts, unreadable = load_drafts(site.slug, reach.sites_folder())
    there = (*site.policies, *drafts)
    found = next((policy for policy in there if policy.version == version), None)
    if found is None:
        named = ", ".join(policy.version for policy in there)
        raise shown.Trouble(
            "\n".join([f"{site.name} has no policy {version}.", *unreadable]), f"name one that is there: {named}."
        )
    return found


def in_force_now(site: Site) -> Policy:
    """Return the policy by which the site screens at this moment; before the first, that one."""
    begun = [policy for policy in site.policies if policy.in_force_from <= datetime.now(UTC)]
    return begun[-1] if begun else site.policies[0]


def _chosen(site: Site, version: str | None) -> tuple[tuple[Policy, ...], tuple[str, ...]]:
    """Return the policy that is named; else all, and what is wrong with drafts that cannot be read."""
    if version is not None:
        return (policy_of(site, version),), ()
    drafts, unreadable = load_drafts(site.slug, reach.sites_folder())
    return (*site.policies, *drafts), unreadable


def _draft(site: Site, version: str) -> Policy:
    found = policy_of(site, version)
    if found.approval is not None:
        raise shown.Trouble(f"{version} is approved already, on {found.approval.on}.", "approve another version.")
    return found


def _tested(site: Site, policy: Policy) -> dict[str, Any]:
    try:
        cases = tried(policy, site)
    except PolicyUnusable as wrong:
        raise shown.Trouble(str(wrong), "`hub policy lint` names everything that is to mend.") from None
    wrong_ = [{"case": one.case.name} | asdict(each) for one in cases for each in one.differences]
    return {
        "cases": len(cases),
        "as_expected": sum(not one.differences for one in cases),
        "differences": wrong_,
        "not_shown": [(clause, result.value) for clause, result in not_shown(policy)],
    }
