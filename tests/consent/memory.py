"""The registers' store in memory: the twin of `services.consent.store.Registers`."""

from services.consent.domain import Register
from tests.platform.kept import InMemory


class MemoryRegisters(InMemory):
    def __init__(self):
        super().__init__(Register)
