"""The passwords and keys of a hub on servers of its own, made once into HUB_SECRETS; what is there stays as it is.

Kafka's and PostgreSQL's own containers read theirs from the same folder before anything else starts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from contracts import topics
from services.local.broker_properties import CONTROLLER_USER, HUB_USER
from services.local.laying import POSTGRES_PASSWORDS
from services.plumbing import keystore, ledger
from services.plumbing.passwords import Passwords
from services.plumbing.roles import CLOCK, STATUS, role_of, watcher
from services.plumbing.settings import PipesSettings

if TYPE_CHECKING:
    from pathlib import Path

ADMINISTRATOR: Final = "administrator"
"""The database's own superuser; `docker-compose.yml` and the address in HUB_POSTGRES name him alike."""
PGPASS: Final = "pgpass"
"""His password once more, in the form that PostgreSQL's clients read."""


def made(folder: Path, realm: str = "") -> None:
    """Make what is missing; the roles are those of the site of this realm."""
    keystore.ensure_keys(folder)
    for user in (HUB_USER, CONTROLLER_USER):
        Passwords(folder).of(user)
    roles = Passwords(folder / POSTGRES_PASSWORDS)
    services = (*topics.SERVICES, keystore.SCHEMA, ledger.SCHEMA)
    own = (watcher(CLOCK, realm), watcher(STATUS, realm), *(role_of(one, realm) for one in services))
    for role in (ADMINISTRATOR, *own):
        roles.of(role)
    Passwords(folder).keep(PGPASS, f"*:*:*:{ADMINISTRATOR}:{roles.of(ADMINISTRATOR)}")


def main() -> None:
    """Make them where HUB_SECRETS says.

    Raises:
        SystemExit: HUB_SECRETS is not set.
    """
    settings = PipesSettings()
    folder = settings.secrets
    if folder is None:
        message = "HUB_SECRETS names no folder. Next: set it to where passwords and keys are to be kept."
        raise SystemExit(message)
    made(folder, settings.realm)


if __name__ == "__main__":
    main()
