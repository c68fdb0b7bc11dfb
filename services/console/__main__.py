from __future__ import annotations

from services.console.app import service
from services.console.settings import ConsoleSettings
from services.plumbing.runner import run_forever

if __name__ == "__main__":
    run_forever(service(ConsoleSettings().load()))
