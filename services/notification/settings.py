"""Notification's settings: the site, its keys, and how the carrier paces itself; only here is the environment read."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.plumbing.settings import KeySettings
from services.sites.settings import SiteSettings


class NotificationSettings(KeySettings, SiteSettings):
    """Each from a variable that begins with `HUB_`."""


class CarrierSettings(BaseSettings):
    """Each from a variable that begins with `HUB_CARRIER_`, the unit in the name. Defaults are for life."""

    model_config = SettingsConfigDict(env_prefix="HUB_CARRIER_", env_ignore_empty=True, frozen=True, extra="ignore")

    rows: int = Field(default=500, ge=1)
    """How many messages of one lane are carried at once."""
    poll_milliseconds: int = Field(default=250, ge=1)
    """How often it looks for rows that nobody woke it for."""
    retry_first_milliseconds: int = Field(default=500, ge=1)
    retry_most_seconds: float = Field(default=30.0, gt=0)
    """How long a lane that does not flow is left alone, at the least and at the most."""
    suspended_look_milliseconds: int = Field(default=1_000, ge=1)
    """How often it looks whether a suspended agency is back, or a parked person is settled."""
    send_timeout_seconds: float = Field(default=10.0, gt=0)
    leader_look_seconds: float = Field(default=1.0, gt=0)
    """How often an instance that does not carry asks whether it may."""
