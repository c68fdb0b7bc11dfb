"""The door's own rules, pure: what is admitted, what follows from it, and what is answered with a no."""

from services.intake.domain.bearing import Marked, Pair
from services.intake.domain.cases import NOTHING, Case, evolve, read, written
from services.intake.domain.correcting import Correction, Letter
from services.intake.domain.decisions import decide, follow
from services.intake.domain.door import TAKES_BACK, Door, reused
from services.intake.domain.erasing import DESTRUCTION
from services.intake.domain.heard import Erasure, Erasures, Gone, Groups, LeftOut
from services.intake.domain.naming import Naming
from services.intake.domain.register import Changes, Register, changes
from services.intake.domain.rules import Rules
from services.intake.domain.unadmitted import Unadmitted
from services.intake.domain.wanting import Wanted, wanted

__all__ = [
    "DESTRUCTION",
    "NOTHING",
    "TAKES_BACK",
    "Case",
    "Changes",
    "Correction",
    "Door",
    "Erasure",
    "Erasures",
    "Gone",
    "Groups",
    "LeftOut",
    "Letter",
    "Marked",
    "Naming",
    "Pair",
    "Register",
    "Rules",
    "Unadmitted",
    "Wanted",
    "changes",
    "decide",
    "evolve",
    "follow",
    "read",
    "reused",
    "wanted",
    "written",
]
