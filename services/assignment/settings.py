"""Assignment's settings; the only file of this room that reads the environment."""

from __future__ import annotations

from services.sites.settings import SiteSettings


class AssignmentSettings(SiteSettings):
    """The site, and nothing of its own: agencies, clocks and the order of doors are the site's data."""
