"""One scenario over both stores: what is saved is what is loaded, and nothing else."""

import pytest

from services.pretrial.domain import Roads
from services.pretrial.store import PersonRoads
from tests.platform.kept import in_memory, in_postgres, what_is_saved_is_what_is_loaded
from tests.pretrial.examples import PERSON
from tests.pretrial.memory import MemoryRoads
from tests.pretrial.test_convergence import FACTS, folded


@pytest.fixture(params=["memory", "postgres"])
def opened(request):
    """A store that holds nothing, with its connection: in memory or on a real PostgreSQL."""
    if request.param == "memory":
        return in_memory(MemoryRoads())
    return in_postgres("pretrial", PersonRoads(), request.getfixturevalue("database"))


async def test_what_is_saved_is_what_is_loaded(opened):
    await what_is_saved_is_what_is_loaded(opened, PERSON, folded(FACTS), Roads())
