"""The console's settings; the only file of this room that reads the environment."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # pydantic reads it at run time

from pydantic import Field, SecretStr

from services.plumbing.keystore import codes_key, ensure_keys
from services.sites.settings import SiteSettings


class NoCodesKey(ValueError):
    """HUB_CODES_KEY gives the key of receipts' codes, or HUB_SECRETS the folder of the keys that it follows from."""


class ConsoleSettings(SiteSettings):
    """Each from a variable that begins with `HUB_`."""

    console_port: int | None = Field(default=None, ge=1, le=65_535)
    """Where the page that takes one-time codes is served on 127.0.0.1; none is served without it."""
    codes_key: SecretStr | None = None
    """Base 64; given here it wins over the folder. `SiteKeys.codes` is what it is."""
    secrets: Path | None = None
    """The folder of the hub's secrets; keys that are missing there are made."""

    def codes(self) -> bytes:
        """Return the key of the codes' hashes, and none of the keys that it follows from.

        Raises:
            NoCodesKey: it is nowhere.
            NotAKey: what is there is not a key.
        """
        if self.codes_key is not None:
            return codes_key(self.codes_key.get_secret_value())
        if self.secrets is None:
            raise NoCodesKey(NoCodesKey.__doc__)
        return ensure_keys(self.secrets).codes
