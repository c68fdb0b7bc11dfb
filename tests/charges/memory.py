"""The dockets' store in memory: the twin of `services.charges.store.Dockets`."""

from services.charges.domain import Docket
from tests.platform.kept import InMemory


class MemoryDockets(InMemory):
    def __init__(self):
        super().__init__(Docket)
