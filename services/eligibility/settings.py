"""Eligibility's settings: which site's policies and clocks; the only file of this room that reads the environment."""

from __future__ import annotations

from services.sites.settings import SiteSettings


class EligibilitySettings(SiteSettings):
    """The site, and nothing of its own: what is eligible is the site's data."""
