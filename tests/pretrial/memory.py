"""The roads' store in memory: the twin of `services.pretrial.store.PersonRoads`."""

from services.plumbing.service import Loaded
from services.pretrial.domain import Roads


class MemoryRoads:
    """Keeps roads as text, as the table does."""

    def __init__(self):
        self.kept = {}

    async def load(self, _conn, keys, _facts):
        known = {key: self.kept[key] for key in keys if key in self.kept}
        return Loaded({key: Roads.model_validate_json(state) for key, state in known.items()}, None)

    async def save(self, _conn, states, _shared, _rows):
        self.kept |= {key: state.model_dump_json(exclude_defaults=True) for key, state in states.items()}
