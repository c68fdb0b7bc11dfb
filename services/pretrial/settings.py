"""Pretrial's settings: which site's road; the only file of this room that reads the environment."""

from __future__ import annotations

from services.sites.settings import SiteSettings


class PretrialSettings(SiteSettings):
    """The site, and nothing of its own: who is told and for how long it lasts is the site's data."""
