"""Destroyed keys and settled letters leave PostgreSQL's files, too: tables are written anew, and the log begins anew.

PostgreSQL keeps what a row was until its page is used again, and what was written in its write-ahead log until the file
is used again. Where that log is archived or copied, the copies are not reached from here.
"""

from __future__ import annotations

from typing import Final

import asyncpg

_REWRITE: Final = ("VACUUM FULL keys.record_keys", "VACUUM FULL intake.dead_letters", "VACUUM FULL intake.marks")
_LOG_BEGINS_ANEW: Final = ("SELECT pg_switch_wal()", "CHECKPOINT")


async def purged(dsn: str) -> None:
    """Write the tables anew that held keys, marks or parked messages; `dsn` is an administrator's address.

    While it runs, the door waits: a second, with some thousands of records.
    """
    conn = await asyncpg.connect(dsn)
    try:
        for statement in (*_REWRITE, *_LOG_BEGINS_ANEW, *_LOG_BEGINS_ANEW):
            await conn.execute(statement)
    finally:
        await conn.close()
