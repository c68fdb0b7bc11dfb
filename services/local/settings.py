"""Where the embedded hub keeps its things; the only file of this room that reads the environment."""

from pathlib import Path

import platformdirs
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

NAME = "referral-hub"


class LocalSettings(BaseSettings):
    """Folders and the Maven mirror, each from a variable that begins with `HUB_`."""

    model_config = SettingsConfigDict(env_prefix="HUB_", env_ignore_empty=True, frozen=True)

    state: Path = Field(default_factory=lambda: platformdirs.user_state_path(NAME, appauthor=False))
    """Everything of one hub: data, logs, passwords. Removing it begins anew."""

    cache: Path = Field(default_factory=lambda: platformdirs.user_cache_path(NAME, appauthor=False))
    """What can be had again: Kafka's jars, and what Java has made of them. Shared by all states."""

    maven_repository: str | None = None
    """A Maven repository to use in place of Maven Central."""

    key_copy: Path | None = None
    """The folder, on another disk, of what may have to be destroyed: see `hub backup`."""
