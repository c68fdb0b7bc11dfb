"""Charges' settings: which site's offices and clocks; the only file of this room that reads the environment."""

from __future__ import annotations

from services.sites.settings import SiteSettings


class ChargesSettings(SiteSettings):
    """The site, and nothing of its own: which office holds whose charges, and until when, is the site's data."""
