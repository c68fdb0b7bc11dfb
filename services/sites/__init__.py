"""What a site's data means. Read once at the start; everything after that is pure."""

from __future__ import annotations

from services.sites.agencies import Agency
from services.sites.approvals import APPROVAL, ApprovalRule, approvers, rule_at
from services.sites.erasure import Ground
from services.sites.errors import SiteUnreadable
from services.sites.forms import FormText, Members, Signers, SigningRule
from services.sites.loading import load_site
from services.sites.oncall import Shift
from services.sites.permissions import Permission, Relation
from services.sites.policies import BEFORE_ALL_POLICIES, NO_CONTACT, Approval, Case, Clause, Policy, Words
from services.sites.pretrial import BY_STATUTE, Pretrial
from services.sites.receipts import Receipts, ReceiptWords
from services.sites.rota import OnCall, Rota, Span
from services.sites.site import Area, Clocks, Demographics, DrugKind, KnownOffence, Recognition, Site
from services.sites.standing import PART2_KINDS, Following, Standing, follows
from services.sites.texts import Text, TextKind

__all__ = [
    "APPROVAL",
    "BEFORE_ALL_POLICIES",
    "BY_STATUTE",
    "NO_CONTACT",
    "PART2_KINDS",
    "Agency",
    "Approval",
    "ApprovalRule",
    "Area",
    "Case",
    "Clause",
    "Clocks",
    "Demographics",
    "DrugKind",
    "Following",
    "FormText",
    "Ground",
    "KnownOffence",
    "Members",
    "OnCall",
    "Permission",
    "Policy",
    "Pretrial",
    "ReceiptWords",
    "Receipts",
    "Recognition",
    "Relation",
    "Rota",
    "Shift",
    "Signers",
    "SigningRule",
    "Site",
    "SiteUnreadable",
    "Span",
    "Standing",
    "Text",
    "TextKind",
    "Words",
    "approvers",
    "follows",
    "load_site",
    "rule_at",
]
