"""`hub texts`: what may be said to a person, and what forms state, word for word, in each language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from services.commands import reach, shown
from services.commands.reach import JsonOption, OtherSiteOption, StateOption

if TYPE_CHECKING:
    from collections.abc import Iterator

    from services.sites import FormText, Site

group = typer.Typer(help="The words for the person, in each language.", no_args_is_help=True, **shown.STYLE)


@group.command("list")
def list_(site: OtherSiteOption = None, state: StateOption = None, json_: JsonOption = False) -> None:
    """List the texts, in every version.

    Each with its languages, the day from which it may be said, and who approved it.

    Example: hub texts list --site whatcom
    """
    found = list(_all(reach.site_of(site, state)))
    if json_:
        shown.show_json([_facts(where, one) for where, one in found])
        return
    rows: dict[tuple[str, str, str, str, str], list[str]] = {}
    for where, one in found:
        named = (one.id, one.version, where, one.in_force_from.isoformat(), one.approval)
        rows.setdefault(named, []).append(one.language)
    columns = ("text", "version", "said", "from", "approval", "languages")
    shown.show_table("Texts", columns, ((*named, ", ".join(languages)) for named, languages in rows.items()))


@group.command()
def show(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The text's id; `hub texts list` names them.")],
    language: Annotated[str, typer.Option(metavar="CODE", help="In which language.")] = "en",
    site: OtherSiteOption = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Show a text as it is to be said today, to read out or to print.

    Example: hub texts show how-to-stop --language es
    """
    which = reach.site_of(site, state)
    found = which.words_for(text, language, datetime.now(UTC))
    if found is None:
        there = sorted({one.language for _, one in _all(which) if one.id == text})
        if there:
            raise shown.Trouble(f"{text} is not there in that language.", f"it is there in: {', '.join(there)}.")
        raise shown.Trouble("There is no such text.", "`hub texts list` names them.")
    if json_:
        shown.show_json(_facts(next(where for where, one in _all(which) if one == found), found))
        return
    shown.screen.print(found.text, markup=False, soft_wrap=True)
    shown.say(f"{found.id} {found.version}. Source: {found.citation}. Approval: {found.approval}.")


def _all(site: Site) -> Iterator[tuple[str, FormText]]:
    """Iterate over the texts, each with where it is said."""
    yield from (("aloud or in print", one) for one in site.words)
    yield from (("on forms", one) for one in site.statements)


def _facts(where: str, one: FormText) -> dict[str, str]:
    return {"said": where} | one.model_dump(mode="json")
