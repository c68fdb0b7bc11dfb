"""`hub backup` and `hub restore`: the hub in a folder that never changes, and back, without what was erased since."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from services.backups import Ground, KeyCopy, Manifest, made, restored
from services.backups.errors import NoKeyCopy, NoSecrets
from services.backups.manifest import hub_name
from services.backups.restoring import require_sound
from services.commands import reach, shown
from services.commands.reach import AGENCIES, JsonOption, StateOption
from services.commands.running import bars, until_told
from services.commands.settings import CommandSettings
from services.local.ground import administering, database_of, key_copy_of, whole_hub
from services.local.laying import wanted
from services.local.platform import Platform
from services.local.settings import LocalSettings
from services.local.state import State, left_behind
from services.plumbing.keystore import known_keys
from services.plumbing.passwords import Passwords
from services.plumbing.standing import database_made
from services.sites.settings import SiteSettings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from services.backups.restoring import Restored
    from services.local.progress import Progress
    from services.plumbing.keystore import SiteKeys

KeysOption = Annotated[
    Path | None, typer.Option("--keys", help="The key copy, a folder apart from all backups (default: HUB_KEY_COPY).")
]


def backup(
    folder: Annotated[Path, typer.Argument(help="A new folder, for this backup alone.")],
    keys: KeysOption = None,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Write a backup that cannot bring back what is erased.

    Of a hub at rest: stop `hub up` (or the services) first; what agencies send waits meanwhile.

    FOLDER gets the hub's topics and its tables, and can be copied and kept as long as one likes: no key is in it, and
    no message of an agency. What may have to be destroyed (the records' wrapped keys, what is parked, messages nobody
    has read yet) goes into the key copy: one folder on another disk. Set HUB_KEY_COPY to it for `hub up`, too, which
    then destroys there what is destroyed in the hub. The folder of secrets is in neither: keep it by itself.

    Examples: hub backup /backups/2026-11-27 --keys /keys/hub  ·  HUB_KEY_COPY=/keys/hub hub backup /backups/monday
    """
    manifest = until_told(_backup(folder, keys, state))
    if manifest is None:
        raise KeyboardInterrupt
    if json_:
        shown.show_json({"folder": str(folder), **manifest.model_dump(mode="json", include=_TOLD)})
        return
    rows = [
        ("folder", str(folder)), ("made at", shown.minute(manifest.made_at.isoformat())), ("named", manifest.id),
        ("records of the log", sum(one.records for one in manifest.partitions)),
        ("entries of the ledger", manifest.entries), ("bytes", sum(one.bytes for one in manifest.files)),
    ]  # fmt: skip
    shown.show_facts("Backed up", rows)
    shown.say(f"Next: `hub restore {folder} --check` reads it again; keep the folder of secrets apart from both.")


_TOLD: Final = {"id", "hub", "site", "made_at", "entries"}


def restore(
    folder: Annotated[Path, typer.Argument(help="The folder that `hub backup` wrote.")],
    keys: KeysOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only see that all is there and whole; restore nothing.")
    ] = False,
    state: StateOption = None,
    json_: JsonOption = False,
) -> None:
    """Bring a hub back from a backup, what is erased left out.

    It goes into a new state folder (or new servers); two histories are never mixed. First put the kept folder of
    secrets into that state folder, as `secrets`.

    The keys come from the key copy as it is now: what was erased after the backup stays closed, and is erased again as
    soon as the hub runs. What else happened after the backup is not in it, withdrawals of consent included: before
    `hub up`, ask the agencies for them.

    Examples: hub restore /backups/monday --check  ·  hub restore /backups/monday --keys /keys/hub --state /srv/hub
    """
    done = until_told(_check(folder, keys, state) if check else _restore(folder, keys, state))
    if done is None:
        raise KeyboardInterrupt
    facts = {"folder": str(folder), "restored": not check, **done}
    if json_:
        shown.show_json(facts)
        return
    if check:
        shown.screen.print(f"The backup of {facts['made_at']} is whole, and the key copy goes with it.")
        return
    shown.show_facts("Restored", [(name.replace("_", " "), _counted(value)) for name, value in done.items()])
    shown.say("Next: `hub up`. Withdrawals of consent after the backup are not in it: ask the agencies first.")


def _counted(value: Any) -> Any:
    return len(value) if isinstance(value, tuple | list) else value


async def _backup(folder: Path, keys: Path | None, state: Path | None) -> Manifest:
    with bars() as progress:
        async with _ground(state, progress, State(state or LocalSettings().state).facts().get("realm", "")) as ground:
            return await made(ground, folder, _key_copy(ground.keys, keys, ground.kafka.realm), progress)


async def _check(folder: Path, keys: Path | None, state: Path | None) -> dict[str, Any]:
    settings = CommandSettings()
    elsewhere = state is None and settings.elsewhere
    secrets = settings.secrets if elsewhere and settings.secrets else State(state or LocalSettings().state).secrets
    known = (settings.given_keys if elsewhere else None) or _keys(secrets)
    manifest = require_sound(
        hub_name(known.matching), secrets, folder, _key_copy(known, keys, Manifest.read(folder).realm)
    )
    return manifest.model_dump(mode="json", include=_TOLD)


async def _restore(folder: Path, keys: Path | None, state: Path | None) -> dict[str, Any]:
    manifest = Manifest.read(folder)
    site, realm = SiteSettings(site=manifest.site).load(), manifest.realm
    with bars() as progress:
        async with _ground(state, progress, realm) as ground:
            passwords = Passwords(ground.secrets / AGENCIES)
            done: Restored = await restored(
                ground, folder, _key_copy(ground.keys, keys, realm), wanted(site, realm), passwords, progress
            )  # fmt: skip
            return asdict(done)


@asynccontextmanager
async def _ground(state: Path | None, progress: Progress, realm: str) -> AsyncIterator[Ground]:
    """Find the servers: one's own, those of a hub that runs, or the state folder's, started for this alone."""
    settings = CommandSettings()
    folder = State(state or LocalSettings().state)
    elsewhere = state is None and settings.elsewhere
    if elsewhere or (folder.facts().get("ready") and not left_behind(folder)):
        found = reach.find(state)
        yield Ground(found.postgres, found.administering, found.keys(), found.site.slug, found.passwords.folder.parent)
        return
    whole, site_keys = whole_hub(folder.folder, realm), _keys(folder.secrets)
    async with Platform.started(whole, progress=progress) as platform:
        platform.state.note(ready=False)
        database = await database_made(platform.postgres, database_of(realm))
        site = folder.facts().get("site", realm or settings.site)
        yield Ground(database, administering(platform, realm), site_keys, site, folder.secrets)


def _keys(secrets: Path) -> SiteKeys:
    try:
        return known_keys(secrets)
    except FileNotFoundError:
        raise NoSecrets(secrets=secrets) from None


def _key_copy(site_keys: SiteKeys, named: Path | None, realm: str) -> KeyCopy:
    usual = LocalSettings().key_copy
    folder = named or (key_copy_of(usual, realm) if usual else None)
    if folder is None:
        raise NoKeyCopy
    return KeyCopy.of(folder, site_keys)
