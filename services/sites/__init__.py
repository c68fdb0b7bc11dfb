"""What a site's data means. Read once at the start; everything after that is pure."""

from __future__ import annotations

from services.sites.agencies import Agency, Standing
from services.sites.errors import SiteUnreadable
from services.sites.loading import load_site
from services.sites.permissions import Permission, Relation
from services.sites.policies import BEFORE_ALL_POLICIES, Clause, Policy, Words
from services.sites.receipts import Receipts, ReceiptWords
from services.sites.site import Area, Clocks, Demographics, DrugKind, KnownOffence, Recognition, Site, Text

__all__ = [
    "BEFORE_ALL_POLICIES",
    "Agency",
    "Area",
    "Clause",
    "Clocks",
    "Demographics",
    "DrugKind",
    "KnownOffence",
    "Permission",
    "Policy",
    "ReceiptWords",
    "Receipts",
    "Recognition",
    "Relation",
    "Site",
    "SiteUnreadable",
    "Standing",
    "Text",
    "Words",
    "load_site",
]
