"""Which site this hub serves; the only file of this room that reads the environment."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.sites.loading import SITES, load_site
from services.sites.oncall import FILE as ROTA
from services.sites.site import Site


class SiteSettings(BaseSettings):
    """Each from a variable that begins with `HUB_`; the unit is in the name."""

    model_config = SettingsConfigDict(env_prefix="HUB_", env_ignore_empty=True, frozen=True, extra="ignore")

    site: str = "whatcom"
    sites: Path | None = None
    """The folder of sites; the repository's own without it."""
    minute_seconds: float | None = Field(default=None, gt=0, le=60)
    """How long one of the site's minutes lasts, for a demonstration; in life nobody sets it."""

    @property
    def rota_file(self) -> Path:
        """Where the site's rota is, if it has one."""
        return (self.sites or SITES) / self.site / ROTA

    def load(self) -> Site:
        """Read the site.

        Raises:
            SiteUnreadable: its files cannot be used.
        """
        site = load_site(self.site, self.sites)
        return site if self.minute_seconds is None else site.with_minutes_of(self.minute_seconds)
