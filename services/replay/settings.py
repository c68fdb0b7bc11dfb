"""Replay's settings: the site, and how its runner paces itself; only here is the environment read."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.sites.settings import SiteSettings


class ReplaySettings(SiteSettings):
    """The site, and nothing of its own: who approves and how fast is the site's data."""


class RunnerSettings(BaseSettings):
    """Each from a variable that begins with `HUB_REPLAY_`, the unit in the name. Defaults are for life."""

    model_config = SettingsConfigDict(env_prefix="HUB_REPLAY_", env_ignore_empty=True, frozen=True, extra="ignore")

    lease_seconds: float = Field(default=15.0, gt=0)
    """How long a runner that is not heard of keeps a replay for itself."""
    outstanding: int = Field(default=200, ge=1)
    """How many items may wait for their answer at once: live traffic keeps its turn."""
    busy_milliseconds: int = Field(default=50, ge=1)
    idle_milliseconds: int = Field(default=500, ge=1)
    """How often it looks, with something to do and without."""
