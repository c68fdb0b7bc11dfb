"""Notification's settings: the site, its keys, and how the carrier paces itself; only here is the environment read."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # pydantic reads it at run time

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.plumbing.keystore import SiteKeys, ensure_keys
from services.sites.settings import SiteSettings


class NoKeys(ValueError):
    """HUB_SITE_KEY, HUB_PSEUDONYM_KEY and HUB_MATCHING_KEY give the site's keys, or HUB_SECRETS their folder."""


class NotificationSettings(SiteSettings):
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


class CarrierSettings(BaseSettings):
    """Each from a variable that begins with `HUB_CARRIER_`, the unit in the name. Defaults are for life."""

    model_config = SettingsConfigDict(env_prefix="HUB_CARRIER_", env_ignore_empty=True, frozen=True, extra="ignore")

    rows: int = Field(default=500, ge=1)
    """How many messages of one lane are carried at once."""
    poll_milliseconds: int = Field(default=100, ge=1)
    """How often it looks for rows that nobody woke it for."""
    retry_first_milliseconds: int = Field(default=500, ge=1)
    retry_most_seconds: float = Field(default=30.0, gt=0)
    """How long a lane that does not flow is left alone, at the least and at the most."""
    suspended_look_milliseconds: int = Field(default=1_000, ge=1)
    """How often it looks whether a suspended agency is back, or a parked person is settled."""
    send_timeout_seconds: float = Field(default=10.0, gt=0)
    leader_look_seconds: float = Field(default=1.0, gt=0)
    """How often an instance that does not carry asks whether it may."""
