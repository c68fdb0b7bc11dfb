"""What is the same for every decision: what the site says, and how things get their names."""

from __future__ import annotations

from dataclasses import dataclass

from services.assignment.domain.naming import Naming
from services.sites import Site


@dataclass(frozen=True)
class Rules:
    """The site, and the names that its offers get."""

    site: Site
    naming: Naming
