"""The roads' store in memory: the twin of `services.pretrial.store.PersonRoads`."""

from services.pretrial.domain import Roads
from tests.platform.kept import InMemory


class MemoryRoads(InMemory):
    def __init__(self):
        super().__init__(Roads)
