"""Assignment's settings: site, and the key of offers' ids; the only file of this room that reads the environment."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # pydantic reads it at run time

from pydantic import SecretStr  # noqa: TC002  # pydantic reads it at run time

from services.plumbing.keystore import ensure_keys, naming_key
from services.sites.settings import SiteSettings


class NoNamingKey(ValueError):
    """HUB_NAMING_KEY gives the key of offers' ids, or HUB_SECRETS the folder of the keys that it follows from."""


class AssignmentSettings(SiteSettings):
    """Each from a variable that begins with `HUB_`. Agencies, clocks and the order of doors are the site's data."""

    naming_key: SecretStr | None = None
    """Base 64; given here it wins over the folder. `SiteKeys.naming` is what it is."""
    secrets: Path | None = None
    """The folder of the hub's secrets; keys that are missing there are made."""

    def naming(self) -> bytes:
        """Return the key of offers' ids, and none of the keys that it follows from.

        Raises:
            NoNamingKey: it is nowhere.
            NotAKey: what is there is not a key.
        """
        if self.naming_key is not None:
            return naming_key(self.naming_key.get_secret_value())
        if self.secrets is None:
            raise NoNamingKey(NoNamingKey.__doc__)
        return ensure_keys(self.secrets).naming
