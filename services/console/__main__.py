from __future__ import annotations

from services.console.app import pages, service
from services.console.settings import ConsoleSettings
from services.plumbing.runner import run_forever


def main() -> None:
    """Run the service, and its page where a port is given, until told to stop."""
    settings = ConsoleSettings()
    site, port = settings.load(), settings.console_port
    run_forever(service(site), beside=[] if port is None else [pages(site, settings.codes(), port)])


if __name__ == "__main__":
    main()
