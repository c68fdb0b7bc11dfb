"""Where the console keeps what it sees (`keeping`) and how operators ask for it (`asking`)."""

from __future__ import annotations

from services.console.store.asking import Asking
from services.console.store.keeping import ConsoleStore

__all__ = ["Asking", "ConsoleStore"]
