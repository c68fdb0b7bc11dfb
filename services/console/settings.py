"""The console's settings; the only file of this room that reads the environment."""

from __future__ import annotations

from services.sites.settings import SiteSettings


class ConsoleSettings(SiteSettings):
    """The site, and nothing of its own."""
