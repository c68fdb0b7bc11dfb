"""Consent's settings: which site's agencies and clocks; the only file of this room that reads the environment."""

from __future__ import annotations

from services.sites.settings import SiteSettings


class ConsentSettings(SiteSettings):
    """The site, and nothing of its own: who may witness is the site's data."""
