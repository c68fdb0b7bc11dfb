"""The dockets' store in memory: the twin of `services.charges.store.Dockets`."""

from services.charges.domain import Docket
from services.plumbing.service import Loaded


class MemoryDockets:
    """Keeps dockets as text, as the table does."""

    def __init__(self):
        self.kept = {}

    async def load(self, _conn, keys, _facts):
        known = {key: self.kept[key] for key in keys if key in self.kept}
        return Loaded({key: Docket.model_validate_json(state) for key, state in known.items()}, None)

    async def save(self, _conn, states, _shared, _rows):
        self.kept |= {key: state.model_dump_json(exclude_defaults=True) for key, state in states.items()}
