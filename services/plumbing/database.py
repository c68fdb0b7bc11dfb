"""PostgreSQL as one service sees it: its own role, its own schema, and outages that are waited out."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from services.plumbing.ring import KeyAway
from services.plumbing.roles import role_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_WAITED_OUT: Final = (
    OSError,
    EOFError,
    asyncio.TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.TransactionRollbackError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.ObjectInUseError,
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresSystemError,
    asyncpg.InternalServerError,
    # A wrong deployment, not a wrong message: a table or a right that is missing is missing for everybody.
    asyncpg.SyntaxOrAccessError,
    # As above: the site's key is missing for everybody, and comes back.
    KeyAway,
)
_NOT_WAITED_OUT: Final = (asyncpg.DataError, ValueError)
"""asyncpg raises its own kind of this for a parameter that does not fit, and that is an interface error, too."""


def waits_out(error: BaseException) -> bool:
    """Whether an error is an outage or a collision, to be waited out, and not the fault of one message."""
    return isinstance(error, _WAITED_OUT) and not isinstance(error, _NOT_WAITED_OUT)


async def _as_it_is(_conn: Any) -> None:
    """Nobody changes a pooled connection's settings or keeps a lock of its session: there is nothing to reset."""


class Database:
    """The service's pool of connections; as its own role, in its own schema."""

    def __init__(
        self, dsn: str, service: str, *, password: str | None, instance: str, timeout: float, realm: str = ""
    ) -> None:
        """Connects with `open`."""
        self._dsn = dsn
        self.schema = service
        self._options: dict[str, Any] = {
            "user": role_of(service, realm),
            "server_settings": {"search_path": service, "application_name": f"hub.{service} {instance}"[:63]},
            "command_timeout": timeout,
            "timeout": timeout,
        }
        if password is not None:
            self._options["password"] = password
        self._pool: Any = None

    async def open(self) -> None:
        """Connect; raises what asyncpg raises where the server is away."""
        self._pool = await asyncpg.create_pool(self._dsn, min_size=1, max_size=6, reset=_as_it_is, **self._options)

    async def close(self) -> None:
        """Close all connections, at the latest when they had time to end what they do."""
        if self._pool is not None:
            try:
                await asyncio.wait_for(self._pool.close(), 5)
            except TimeoutError:
                self._pool.terminate()
            self._pool = None

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """Lend a connection of the pool."""
        async with self._pool.acquire() as conn:
            yield conn

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        """Lend a connection inside a transaction: committed at the end, rolled back by an exception."""
        async with self._pool.acquire() as conn, conn.transaction():
            yield conn

    async def alone(self) -> Any:
        """Return a connection of its own, outside the pool, for a lock that is held as long as it lives."""
        return await asyncpg.connect(self._dsn, **self._options)
