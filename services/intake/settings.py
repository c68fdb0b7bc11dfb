"""Intake's settings: the site, and where its keys are; the only file of this room that reads the environment."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # pydantic reads it at run time

from pydantic import SecretStr  # noqa: TC002  # pydantic reads it at run time

from services.plumbing.keystore import SiteKeys, ensure_keys
from services.sites.settings import SiteSettings


class NoKeys(ValueError):
    """HUB_SITE_KEY, HUB_PSEUDONYM_KEY and HUB_MATCHING_KEY give the site's keys, or HUB_SECRETS their folder."""


class IntakeSettings(SiteSettings):
    """Each from a variable that begins with `HUB_`. Keys are base 64; given here they win over those in the folder."""

    site_key: SecretStr | None = None
    """The newest, and after commas or spaces those before it, until nothing is wrapped under them any more."""
    pseudonym_key: SecretStr | None = None
    matching_key: SecretStr | None = None
    secrets: Path | None = None
    """The folder of the hub's secrets; keys that are missing there are made."""

    def keys(self) -> SiteKeys:
        """Return the site's keys.

        Raises:
            NoKeys: they are nowhere.
            NotAKey: one of them is not a key.
        """
        if self.site_key is not None and self.pseudonym_key is not None and self.matching_key is not None:
            return SiteKeys.from_texts(
                site=self.site_key.get_secret_value(),
                pseudonym=self.pseudonym_key.get_secret_value(),
                matching=self.matching_key.get_secret_value(),
            )
        if self.secrets is None:
            raise NoKeys(NoKeys.__doc__)
        return ensure_keys(self.secrets)
