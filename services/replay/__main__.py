from __future__ import annotations

from services.plumbing.runner import run_forever
from services.replay.app import running, service
from services.replay.settings import ReplaySettings


def main() -> None:
    """Run the service and its runner until told to stop."""
    site = ReplaySettings().load()
    run_forever(service(site), beside=[running(site)])


if __name__ == "__main__":
    main()
