"""`hub keys`: what is wrapped under which of the site's keys, and how the site's key is exchanged."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from contracts.topics import SERVICES
from services.commands import reach, shown
from services.commands.reach import JsonOption, StateOption
from services.local.settings import LocalSettings
from services.plumbing import rotation
from services.plumbing.keystore import SCHEMA
from services.plumbing.ring import Ring, keep, new_key
from services.plumbing.rotation import CORRECTIONS, DEAD_LETTERS, RECORD_KEYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from services.commands.reach import Reach
    from services.plumbing.rotation import Wrapped

group = typer.Typer(
    help="The site's key: what is wrapped under it, and its exchange.", invoke_without_command=True, **shown.STYLE
)

_FILE: Final = "site.key"
_SHELVES: Final = {SCHEMA: (RECORD_KEYS,)} | dict.fromkeys(SERVICES, (DEAD_LETTERS, CORRECTIONS))
"""What is wrapped, by the database role that may see it."""
_UNNAMED: Final = "not named"


@dataclass(frozen=True)
class Held:
    """The ring as the services have it: from a file, or (then `file` is None) from the environment."""

    ring: Ring
    file: Path | None


@group.callback()
def overview(context: typer.Context, state: StateOption = None, json_: JsonOption = False) -> None:
    """Show what is wrapped under which of the site's keys; `rotate` exchanges the key."""
    if context.invoked_subcommand is None:
        status(state, json_)


@group.command()
def status(state: StateOption = None, json_: JsonOption = False) -> None:
    """Show what is wrapped under which of the site's keys.

    A key shows by its id alone, which gives nothing of it away.

    Example: hub keys status
    """
    found = reach.find(state)
    facts = asyncio.run(_facts(found, _held(found)))
    if json_:
        shown.show_json(facts)
        return
    rows = (
        (one["key"] or _UNNAMED, one["standing"], one["records"], sum(one["parked"].values())) for one in facts["keys"]
    )
    shown.show_table("Keys of the site", ("key", "standing", "keys of records", "parked messages"), rows)
    shown.screen.print(f"erased records: {facts['erased']} · the ring comes from the {facts['from']}")
    if facts["missing"]:
        shown.screen.print("What is under a missing key cannot be read: bring that key back.", style="bold red")
    elif facts["exchanging"]:
        shown.screen.print("An exchange is not finished: `hub keys rotate` goes on with it.")


@group.command()
def follow(state: StateOption = None, json_: JsonOption = False) -> None:
    """Keep the key copy in step with the hub, until Ctrl-C.

    Within seconds whatever was destroyed in the hub is destroyed in HUB_KEY_COPY, too, so that no backup brings it
    back. `hub up` does this by itself; on servers of your own this runs beside the services.

    Example: hub keys follow
    """
    from services.backups.errors import NoKeyCopy
    from services.commands.running import until_told

    folder = LocalSettings().key_copy
    if folder is None:
        raise NoKeyCopy
    until_told(_followed(reach.find(state), folder, json_=json_))


@group.command()
def rotate(state: StateOption = None, json_: JsonOption = False) -> None:
    """Exchange the site's key while everything runs.

    Makes a new key, writes it before the old one into `site.key` in the folder of secrets, wraps every record's key
    and everything that is parked under it, and takes the old one out of the file once nothing names it any more.
    Running services follow the file by themselves. Stopped at any moment, the same command goes on where it was.

    Back up `site.key` before and after: without it nothing that is sealed can ever be opened.

    Where the services have the key from the environment, put the new one first in HUB_SITE_KEY (a comma, then the
    old one) for all of them and for this command, and restart them; then this wraps everything anew, and says when
    the old one can be taken out.

    The keys of pseudonyms and of matching stay as they are. Agencies hold the pseudonyms in their own systems, and the
    marks by which people are recognised are hashes: neither can be made anew from what is kept.

    Example: hub keys rotate
    """
    found = reach.find(state)
    facts = asyncio.run(_rotated(found, _held(found)))
    if json_:
        shown.show_json(facts)
        return
    went = "The exchange that had begun is finished" if facts["resumed"] else "The site's key is exchanged"
    what = f"{facts['records']} keys of records and {facts['parked']} parked messages"
    shown.screen.print(f"{went}: {what} were wrapped anew, under {facts['key']}.")
    for key in facts["removed"]:
        shown.screen.print(f"{key} is out of the ring. Back up site.key now.")
    for key in facts["to_remove"]:
        shown.screen.print(
            f"Nothing names {key} any more: take it out of HUB_SITE_KEY and restart; see with `hub keys` before you do."
        )


def _held(found: Reach) -> Held:
    given = found.settings.site_key
    if not found.facts and given is not None:
        return Held(Ring.from_text(given.get_secret_value()), None)
    file = found.passwords.folder.parent / _FILE
    if not file.exists():
        happened = f"There is no {_FILE} in {file.parent}."
        raise shown.Trouble(happened, "bring it back, or name its folder with HUB_SECRETS, or set HUB_SITE_KEY.")
    return Held(Ring.from_file(file), file)


async def _counted(found: Reach) -> dict[str, Wrapped]:
    """Return how much is wrapped under each key, by role."""
    counted = {}
    for role, shelves in _SHELVES.items():
        async with found.connected(role) as conn:
            counted[role] = sum([await rotation.count(conn, shelf) for shelf in shelves], Counter())
    return counted


async def _facts(found: Reach, held: Held) -> dict[str, Any]:
    counted = await _counted(found)
    async with found.connected(SCHEMA) as conn:
        erased = await rotation.destroyed(conn)
    ring = [key.id for key in held.ring.keys]
    named: Counter[bytes | None] = sum(counted.values(), Counter())
    keys = [
        {
            "key": None if key is None else key.hex(),
            "standing": _standing(key, ring),
            "records": counted[SCHEMA][key],
            "parked": {service: counted[service][key] for service in SERVICES if counted[service][key]},
        }
        for key in dict.fromkeys((*ring, *named))
    ]
    return {
        "from": "environment" if held.file is None else "file",
        "keys": keys,
        "erased": erased,
        "exchanging": len(ring) > 1,
        "missing": any(one["standing"] == "missing" for one in keys),
    }


def _standing(key: bytes | None, ring: list[bytes]) -> str:
    if key is None:
        return "unnamed"
    if key not in ring:
        return "missing"
    return "newest" if key == ring[0] else "older"


async def _rotated(found: Reach, held: Held) -> dict[str, Any]:
    ring = held.ring
    async with found.connected(SCHEMA) as keys, rotation.alone(keys):
        before = await _counted(found)
        rotation.require_known(ring, *before.values())
        await _require_opening(found, ring)
        resumed = len(ring.keys) > 1
        if not resumed:
            _begin(held)
        old = ring.keys[1:]
        await rotation.at_rest(keys)
        with _bar(sum(rotation.under_others(ring, one) for one in before.values())) as advanced:
            done = await _wrapped_anew(found, ring, advanced)
        after = await _counted(found)
        left = sum(rotation.under_others(ring, one) for one in after.values())
        if left:
            happened = (
                f"{left} things were wrapped under another key meanwhile: a service does not know the new one yet."
            )
            raise shown.Trouble(happened, "restart the services with the same HUB_SITE_KEY, then run this again.")
        await _key_copy_anew(found)
        if held.file is not None:
            _write(held, [ring.keys[0].raw])
    named = [key.id.hex() for key in old]
    return {
        "key": ring.keys[0].id.hex(),
        "resumed": resumed,
        "records": done[SCHEMA],
        "parked": sum(rows for role, rows in done.items() if role != SCHEMA),
        "removed": named if held.file is not None else [],
        "to_remove": named if held.file is None else [],
    }


async def _followed(found: Reach, folder: Path, *, json_: bool) -> None:
    from services.backups.keeping import kept_in_step
    from services.backups.keycopy import KeyCopy

    told = False

    def noted(trouble: str | None) -> None:
        nonlocal told
        told = True
        if json_:
            shown.show_json({"key_copy": str(folder), "in_step": trouble is None, "trouble": trouble})
        else:
            words = f"{folder} is in step." if trouble is None else f"Out of step: {trouble}"
            shown.screen.print(words, markup=False, soft_wrap=True)

    async with kept_in_step(found.postgres, KeyCopy.of(folder, found.keys()), noted) as keeping:
        if not told:
            noted(None)
        await keeping


async def _key_copy_anew(found: Reach) -> None:
    """Let the key copy name the old key no longer, before that goes."""
    from services.backups.keeping import stepped
    from services.backups.keycopy import KeyCopy

    folder = LocalSettings().key_copy
    if folder is not None:
        copy = KeyCopy.of(folder, found.keys())
        await stepped(found.postgres, copy)
        copy.wrapped_anew()


async def _require_opening(found: Reach, ring: Ring) -> None:
    for role, shelves in _SHELVES.items():
        async with found.connected(role) as conn:
            for shelf in shelves:
                await rotation.require_opening(conn, shelf, ring)


async def _wrapped_anew(found: Reach, ring: Ring, advanced: Callable[[int], None]) -> dict[str, int]:
    done = {}
    for role, shelves in _SHELVES.items():
        async with found.connected(role) as conn:
            done[role] = sum([await rotation.wrapped_anew(conn, shelf, ring, advanced) for shelf in shelves])
    return done


def _begin(held: Held) -> None:
    """Put a new key before the one that was; from then on services wrap under it."""
    if held.file is None:
        raise shown.Trouble(
            "HUB_SITE_KEY holds one key alone: a running process cannot be given another one.",
            "make one (openssl rand -base64 32), put it first in HUB_SITE_KEY with a comma and the old one behind it, "
            "for every service and here; restart the services, then run this again.",
        )
    _write(held, [new_key(), *(key.raw for key in held.ring.keys)])


def _write(held: Held, keys: list[bytes]) -> None:
    if held.file is None:
        return
    try:
        keep(held.file, keys)
    except OSError as reason:
        happened = f"{held.file} cannot be written: {type(reason).__name__}."
        raise shown.Trouble(happened, "run this as the user to whom the file belongs.") from None
    held.ring.look()


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    """Show how far it is, on standard error; nothing where there is no terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=shown.aside, transient=True, disable=not shown.aside.is_terminal) as progress:
        task = progress.add_task("wrapping anew", total=total)

        def advanced(rows: int) -> None:
            progress.advance(task, rows)

        yield advanced
