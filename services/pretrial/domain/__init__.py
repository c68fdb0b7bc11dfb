"""What is known of a person's pretrial diversions, how far each has come, and what follows. Pure."""

from __future__ import annotations

from services.pretrial.domain.counted import Course
from services.pretrial.domain.course import course_of
from services.pretrial.domain.deciding import HEARS, SERVICE, Docket, key
from services.pretrial.domain.evolving import evolve
from services.pretrial.domain.roads import Road, Roads, Word

__all__ = ["HEARS", "SERVICE", "Course", "Docket", "Road", "Roads", "Word", "course_of", "evolve", "key"]
