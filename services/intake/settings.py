"""Intake's settings: the site, and where its keys are; the only file of this room that reads the environment."""

from __future__ import annotations

from services.plumbing.settings import KeySettings
from services.sites.settings import SiteSettings


class IntakeSettings(KeySettings, SiteSettings):
    """Each from a variable that begins with `HUB_`."""
