"""The replays' store in memory: the twin of `services.replay.store.Replays`, for what is folded."""

from services.replay.domain import Ground, Replay
from tests.platform.kept import InMemory


class MemoryReplays(InMemory):
    """Items and answers are single rows that only PostgreSQL keeps; here they are noted."""

    def __init__(self):
        super().__init__(Replay)
        self.rows = []

    async def load(self, conn, keys, facts):
        loaded = await super().load(conn, keys, facts)
        return type(loaded)(loaded.states, Ground())

    async def save(self, conn, states, shared, rows):
        await super().save(conn, states, shared, rows)
        self.rows += [row for _, row in rows]
