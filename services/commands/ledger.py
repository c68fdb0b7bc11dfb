"""`hub ledger`: the ledger of disclosures, exported whole, verified offline, and listed as the law asks for it."""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from services.commands import reach, shown
from services.commands.arguments import PersonArgument
from services.commands.heads import heads_file, published, read_heads, written_heads
from services.commands.reach import JsonOption, StateOption
from services.commands.running import bars
from services.console.domain import YEARS, Disclosed, Listing, disclosed, entries_of
from services.plumbing.chains import Break, Verified, line_of, verified
from services.plumbing.ledger import PostgresLedger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from services.commands.reach import Reach
    from services.local.progress import Progress
    from services.plumbing.chains import Head

group = typer.Typer(help="The ledger: every disclosure, chained.", no_args_is_help=True, **shown.STYLE)

FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The file of the export, JSON lines.")]
LinkedOption = Annotated[
    bool, typer.Option("--linked", help="Include the records that are known to be the same person.")
]
_STEP_EVERY: Final = 500
_LINE_MOST: Final = 1_000_001


@group.command()
def export(file: FileArgument, state: StateOption = None, json_: JsonOption = False) -> None:
    """Export the whole ledger and its published heads.

    One entry a line; the heads go beside it, to FILE.heads. They are read first, then all entries as of one moment.
    Both files have their names only once they are whole. They hold no name of a person, but say who was told what:
    keep them close.

    Example: hub ledger export ledger-2026-03.jsonl
    """
    found = reach.find(state)
    if not file.parent.is_dir():
        raise shown.Trouble(f"There is no folder {file.parent}.", "make it, or name another file.")
    with bars() as progress:
        entries, heads = asyncio.run(_exported(found, file, progress))
    facts = {"file": str(file), "heads": str(heads_file(file)), "entries": entries, "chains": len(heads)}
    if json_:
        shown.show_json(facts)
        return
    shown.screen.print(
        f"{file}: {entries} entries; {heads_file(file)}: {len(heads)} heads.", soft_wrap=True, markup=False
    )
    shown.say(f"Next: hub ledger verify {file}")


@group.command()
def verify(
    file: FileArgument,
    heads: Annotated[Path | None, typer.Option(help="The published heads (default: FILE.heads).")] = None,
    json_: JsonOption = False,
) -> None:
    """Verify an exported file offline.

    It needs no hub, only the heads that were published. It names the first broken link and ends with an error, or
    says that all holds. Entries that are newer than the newest published head hold among themselves, and nobody has
    vouched for their end yet. A chain of which FILE.heads has no head at all does not hold; with older --heads it may
    have begun later.

    Example: hub ledger verify ledger-2026-03.jsonl
    """
    result = _verified(file, heads or heads_file(file))
    broken = result.broken
    if broken is None and heads is None and result.unvouched:
        chain = result.unvouched[0]
        why = "no head of this chain is there: nobody vouches for any of it"
        broken = Break(0, chain, result.heads[chain].length, why)
    if json_:
        shown.show_json({
            "holds": broken is None, "entries": result.entries, "chains": len(result.heads),
            "newer_than_the_heads": result.unpublished, "broken": None if broken is None else broken._asdict(),
        })  # fmt: skip
    elif broken is None:
        shown.screen.print(f"All holds: {result.entries} entries in {len(result.heads)} chains.")
        if result.unpublished:
            shown.screen.print(f"{result.unpublished} of them are newer than the newest published heads.")
    else:
        places = (("line", broken.line or None), ("chain", broken.chain), ("entry", broken.sequence))
        where = ", ".join(f"{name} {value}" for name, value in places if value is not None)
        shown.fail(f"Broken at {where}: {broken.why}.", "deploy/runbooks/ledger.md says what to do.")
    if broken is not None:
        raise typer.Exit(1)


@group.command()
def disclosures(
    person: PersonArgument,
    listing: Annotated[Listing, typer.Option("--list", help="Which list: see above.")] = Listing.INTERMEDIARY,
    years: Annotated[
        int | None, typer.Option(min=1, max=100, help="How many years back (default: three, for the others six).")
    ] = None,
    linked: LinkedOption = False,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """List who was told what about a person.

    As a law asks for it. 2.24: recipient, date and a brief description (42 CFR 2.24). hipaa: the purpose, too (45 CFR
    164.528); of addresses the hub knows none. police: what police got, and who was told of an incident (RCW
    10.97.050). Each lists all that was told, also what its law would leave out. The ledger alone is asked.

    Example: hub ledger disclosures per-0123456789abcdef0123456789abcdef --list hipaa
    """
    found = reach.find(state)
    back = years or YEARS[listing]
    told = asyncio.run(_disclosed(found, person, listing, back, linked=linked))
    if json_:
        shown.show_json({
            "person": person, "list": listing, "years": back,
            "disclosures": [{"person": whose} | one.shown() for whose, one in told],
        })  # fmt: skip
        return
    columns = [
        "date",
        "recipient",
        "what",
        *(["why"] if listing is Listing.HIPAA else []),
        *(["record"] if linked else []),
    ]
    rows = [_row(whose, one, listing, linked=linked) for whose, one in told]
    title = f"Told about {person} in {back} years ({listing})"
    shown.show_table(title, columns, rows, nothing="nothing")


def _row(whose: str, one: Disclosed, listing: Listing, *, linked: bool) -> list[Any]:
    sure = "" if one.certain else " (not certain that it arrived)"
    row: list[Any] = [one.on, one.recipient, f"{one.description}{sure}"]
    return [*row, *([one.purpose] if listing is Listing.HIPAA else []), *([whose] if linked else [])]


async def _disclosed(
    found: Reach, person: str, listing: Listing, years: int, *, linked: bool
) -> list[tuple[str, Disclosed]]:
    now = datetime.now(UTC)
    told = []
    async with found.asking() as asking:
        await reach.known(asking, person)
        people = await asking.same_person(person) if linked else [person]
        for one in people:
            entries = entries_of(await asking.entries(one))
            told += [(one, line) for line in disclosed(entries, listing, found.site, now, years)]
    return sorted(told, key=lambda pair: pair[1].at)


async def _exported(found: Reach, file: Path, progress: Progress) -> tuple[int, dict[int, Head]]:
    """Heads first: whatever is entered meanwhile is newer than they are, and no head is newer than the entries."""
    heads = await published(found.hub)
    ledger, written = PostgresLedger(), 0
    with _whole(heads_file(file)) as ends, _whole(file) as lines:
        async with found.connected("console") as conn, conn.transaction(isolation="repeatable_read", readonly=True):
            of = await ledger.length(conn)
            progress("exporting the ledger", 0, max(of, 1))
            async for link in ledger.all(conn):
                lines.write(line_of(link).encode() + b"\n")
                written += 1
                if written % _STEP_EVERY == 0:
                    progress("exporting the ledger", written, of)
        ends.writelines(line.encode() + b"\n" for line in written_heads(heads))
        progress("exporting the ledger", max(of, 1), max(of, 1))
    return written, heads


@contextmanager
def _whole(file: Path) -> Iterator[IO[bytes]]:
    """Write a file (0600) that has its name only once it is whole; nothing is left of one that failed."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as new:
                yield new
                new.flush()
                os.fsync(new.fileno())
            Path(name).replace(file)
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()
    except (ConnectionError, TimeoutError):
        raise
    except OSError as reason:
        raise shown.Trouble(f"{file} cannot be written: {reason.strerror}.", "name a file in another folder.") from None


def _verified(file: Path, heads: Path) -> Verified:
    try:
        size = file.stat().st_size
        known = read_heads(heads)
        # On its first day a ledger has no entries and no heads: that holds. With heads, an empty file has lost all.
        if size == 0 and known:
            raise shown.Trouble(f"{file} is empty, and entries were published.", "export the ledger again.")
        with file.open("rb") as export_, bars() as progress:
            return verified(_lines(export_, size, progress), known)
    except OSError as reason:
        happened = f"{file} cannot be read: {reason.strerror}."
        raise shown.Trouble(happened, "name a file that `hub ledger export` wrote.") from None


def _lines(export_: IO[bytes], size: int, progress: Progress) -> Iterator[bytes]:
    """Yield the lines with their ends; of a file without any, pieces, so that it never fills the memory."""
    number = 0
    while line := export_.readline(_LINE_MOST):
        number += 1
        if number % _STEP_EVERY == 1:
            progress("verifying the ledger", export_.tell(), size)
        yield line
