"""The records' keys in memory: the twin of `PostgresKeyStore`."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.plumbing.keystore import KeyTaken


class KeysInMemory:
    """Keeps wrapped keys in a dict; `asked` counts the queries."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes | None] = {}
        self.asked = 0

    async def wrapped(self, _conn: Any, records: Sequence[str]) -> dict[str, bytes | None]:
        self.asked += 1
        return {record: self.kept[record] for record in records if record in self.kept}

    async def keep(self, _conn: Any, made: Mapping[str, bytes]) -> None:
        if made.keys() & self.kept.keys():
            raise KeyTaken(KeyTaken.__doc__)
        self.kept |= made

    async def destroy(self, _conn: Any, record: str) -> bool:
        return record in self.kept and self.kept.update({record: None}) is None
