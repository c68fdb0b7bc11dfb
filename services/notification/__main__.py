from __future__ import annotations

from services.notification.app import carrier, service
from services.notification.settings import NotificationSettings
from services.plumbing.runner import run_forever


def main() -> None:
    """Run the service and its carrier until told to stop."""
    settings = NotificationSettings()
    site = settings.load()
    keys = settings.keys()
    run_forever(service(site, keys), beside=[carrier(site, keys)])


if __name__ == "__main__":
    main()
