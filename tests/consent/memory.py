"""The register's store in memory: the twin of `services.consent.store.Registers`."""

from services.consent.domain import Register
from services.plumbing.service import Loaded


class MemoryRegisters:
    """Keeps registers as text, as the table does."""

    def __init__(self):
        self.kept = {}

    async def load(self, _conn, keys, _facts):
        known = {key: self.kept[key] for key in keys if key in self.kept}
        return Loaded({key: Register.model_validate_json(state) for key, state in known.items()}, None)

    async def save(self, _conn, states, _shared, _rows):
        self.kept |= {key: state.model_dump_json() for key, state in states.items()}
