"""A service rebuilt from the log beside the live one, compared row by row, and swapped in one transaction.

The second schema is filled by folding what the service has handled, its own words among it: nothing is decided, so that
what was decided then stays as it was, and nothing is said, so that nothing can reach anybody. What the service had
handled its live inbox tells: a fact that it has not handled yet is none of the past, and is left to it.
"""

from services.plumbing.rebuilding.comparing import Alike, Comparison, Difference
from services.plumbing.rebuilding.errors import RebuildTrouble
from services.plumbing.rebuilding.filling import Done
from services.plumbing.rebuilding.keeping import Standing
from services.plumbing.rebuilding.plan import Kept, Plan
from services.plumbing.rebuilding.running import Rebuilding

__all__ = ["Alike", "Comparison", "Difference", "Done", "Kept", "Plan", "RebuildTrouble", "Rebuilding", "Standing"]
