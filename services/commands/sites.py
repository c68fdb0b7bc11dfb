"""`hub sites`: whom a hub can serve, and where each of a site's settings comes from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.commands import reach, shown
from services.commands.reach import JsonOption, StateOption
from services.local.inforce import taken
from services.sites import SiteUnreadable, load_site
from services.sites.jurisdictions import unheld
from services.sites.loading import sites_in

if TYPE_CHECKING:
    from services.sites import Site

group = typer.Typer(help="The sites: communities that a hub can serve.", no_args_is_help=True, **shown.STYLE)


@group.command("list")
def list_(json_: JsonOption = False) -> None:
    """Name the sites that there are.

    Each with its partners and its newest policy. One whose files cannot be used is named with what is wrong; the
    exit code is then 1.

    Example: hub sites list
    """
    found = [_line(slug) for slug in sites_in(reach.sites_folder())]
    if json_:
        shown.show_json(found)
    else:
        rows = ((one["slug"], one["name"], one["agencies"], one["policy"], one["problems"] or None) for one in found)
        shown.show_table("Sites", ("slug", "name", "agencies", "newest policy", "cannot be used"), rows)
    if any(one["problems"] for one in found):
        raise typer.Exit(1)


@group.command()
def show(
    slug: Annotated[str, typer.Argument(help="A site; `hub sites list` names them.")], json_: JsonOption = False
) -> None:
    """Show a site, and where its settings come from.

    Partners by role, areas and whether they are on the map, policies, and of each setting its source; what the site has
    not published says so.

    Example: hub sites show whatcom
    """
    site = load_site(slug, reach.sites_folder())
    facts = _facts(site)
    if json_:
        shown.show_json(facts)
        return
    plain = [(name, facts[name]) for name in ("slug", "timezone", "program_office")]
    shown.show_facts(site.name, [*plain, *_of_the_relationship(site), *_of_charges(site)])
    shown.screen.print()
    shown.show_table(
        "Areas",
        ("area", "name", "near", "on the map"),
        ((one["code"], one["name"], ", ".join(one["near"]) or None, one["on_the_map"]) for one in facts["places"]),
    )
    shown.screen.print()
    shown.show_table(
        "Partners", ("role", "agencies"), ((role, ", ".join(them)) for role, them in facts["roles"].items())
    )
    shown.screen.print()
    if site.approvals:
        asked = ((", ".join(one["doors"]), ", ".join(one["roles"]), one["needs"], one["answer_minutes"], one["default"],
                  one["citation"]) for one in facts["approvals"])  # fmt: skip
        shown.show_table("Whose approval is asked for",
                         ("doors", "of whom", "needs", "minutes", "else", "source"), asked)  # fmt: skip
        shown.screen.print()
    _show_conditions(site)
    shown.show_table("Where its settings come from", ("setting", "source"), facts["basis"].items())
    shown.screen.print()
    shown.show_table("Policies", ("version", "in force from"), ((one["version"], one["in_force_from"])
                                                                for one in facts["policies"]))  # fmt: skip


@group.command()
def load(state: StateOption = None, json_: JsonOption = False) -> None:
    """Have the hub take its site's folder anew.

    A folder with a mistake is refused, by file, key and rule, and what is in force stays in force. A sound one is taken
    into the hub's state with its hash; services go by it when they begin anew, all at once. `hub up` takes the folder
    by itself where it is sound.

    Example: hub sites load
    """
    found = reach.find(state)
    if "site_source" not in found.facts:
        raise shown.Trouble("This hub keeps no site of its own.", "put the folder where its services read it.")
    slug, source = found.site.slug, Path(found.facts["site_source"])
    now = taken(found.state, slug, source)
    if now.problems:
        happened = f"{source / slug} is not taken, and what is in force stays in force. " + " ".join(now.problems)
        raise shown.Trouble(happened, f"mend it; `hub sites show {slug}` says the same.")
    if json_:
        shown.show_json({"site": slug, "hash": now.hash, "taken_at": now.taken_at})
        return
    shown.screen.print(
        f"{source / slug} is sound, and taken ({now.hash[:12]}); services go by it when they begin anew.",
        soft_wrap=True, markup=False,
    )  # fmt: skip


def _on_the_map(site: Site, code: str) -> str:
    """Say since when an area is on the map and who says so; a drawing that nobody published decides nothing."""
    drawn = [
        f"{'' if one.published else 'not published: '}{one.since or ''} to {one.until or ''}: {one.citation}"
        for one in site.shapes
        if one.code == code
    ]
    return "; ".join(drawn) or "no"


def _of_the_relationship(site: Site) -> list[tuple[str, str]]:
    rule, place = site.relationship.unable_to_locate, site.relationship.pause.place
    sought = "not published: the case manager decides"
    if rule is not None:
        modes = ", ".join(sorted(rule.modes))
        sought = f"{rule.attempts} attempts over {rule.over_days} days ({modes}); {rule.citation}"
    return [("counts as not found after", sought), ("the place of who pauses is", place)]


def _of_charges(site: Site) -> list[tuple[str, str]]:
    """Say whose arrests' charges nobody holds; a site that names jurisdictions and leaves somebody out is refused."""
    named = ", ".join(unheld(site))
    said = f"not published: no prosecutor holds charges of {named}"
    return [("jurisdictions", said)] if named else []


def _show_conditions(site: Site) -> None:
    if not site.relationship.condition:
        return
    columns = ("what", "who asks", "until", "may follow", "who decides", "source")
    rows = (
        (one.text, one.asked_by, one.until, one.may_follow, one.decided_by, one.citation)
        for one in site.relationship.condition
    )
    shown.show_table("What it asks of people after their intake; the hub ends nothing for it", columns, rows)
    shown.screen.print()


def _line(slug: str) -> dict[str, Any]:
    try:
        site = load_site(slug, reach.sites_folder())
    except SiteUnreadable as wrong:
        return {"slug": slug, "name": None, "agencies": None, "policy": None, "problems": list(wrong.problems)}
    newest = site.policies[-1]
    return {"slug": slug, "name": site.name, "agencies": len(site.agencies), "policy": newest.version, "problems": []}


def _unable_to_locate(site: Site) -> dict[str, Any] | None:
    rule = site.relationship.unable_to_locate
    return None if rule is None else rule.model_dump(mode="json")


def _facts(site: Site) -> dict[str, Any]:
    roles: dict[str, list[str]] = {}
    for name, agency in sorted(site.agencies.items()):
        roles.setdefault(agency.role.value, []).append(name)
    return {
        "slug": site.slug,
        "name": site.name,
        "timezone": site.timezone,
        "program_office": site.program_office,
        "areas": [area.code for area in site.areas],
        "places": [
            {"code": area.code, "name": area.name, "near": list(area.near), "on_the_map": _on_the_map(site, area.code)}
            for area in site.areas
        ],
        "roles": dict(sorted(roles.items())),
        "approvals": [one.model_dump(mode="json") for one in site.approvals],
        "conditions": [one.model_dump(mode="json") for one in site.relationship.condition],
        "unable_to_locate": _unable_to_locate(site),
        "charges_held_by_nobody": list(unheld(site)),
        "place_of_who_pauses": site.relationship.pause.place,
        "basis": dict(sorted(site.basis.items())),
        "policies": [
            {"version": one.version, "in_force_from": one.in_force_from.isoformat(), "hash": one.hash}
            for one in site.policies
        ],
    }
