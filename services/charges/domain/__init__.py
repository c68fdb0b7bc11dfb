"""How charges decides. Pure: what is kept of a person (`Docket`), how a hold stands (`Hold`), and what follows.

**When it begins.** When an arrest is diverted, for the office that gets that police's cases: the paperwork goes there
as for any arrest, and the charge is held until the intake is done (LEAD Support Bureau, arrest diversion). The office
need not say so; its own word brings its cause number, or a later day.

**Until when.** The site's days for an intake, from the day of the referral, until that day is over at the site. A day
that the office named before the diversion counts instead; since then only the office moves it, and only forward.

**The condition** is an intake by the last day, done on the day of the referral or later. It is met also where it is
reported late, and whoever may be told of it; nothing that comes later unmakes it: no end, no relapse, no withdrawal, no
word of the office.

**What the office hears** is decided in notification. When the day is over, it hears the same whether no intake was done
(`hold.lapsed`) or one of which it may not be told (`hold.untold`).

**The office's word** counts whenever it is said: it has the last word on its own charge, and the hub can stop nobody.
If it files what was met, that is said (`charge.contested`), and the hold stays as it is.

**County and city** are apart: a word about another's charge is answered as one about none, at the same moment.
"""

from __future__ import annotations

from services.charges.domain.deciding import HEARS, SERVICE, Desk, key
from services.charges.domain.docket import Docket
from services.charges.domain.evolving import evolve
from services.charges.domain.hold import Hold, Standing

__all__ = ["HEARS", "SERVICE", "Desk", "Docket", "Hold", "Standing", "evolve", "key"]
