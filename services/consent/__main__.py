from __future__ import annotations

from services.consent.app import service
from services.consent.settings import ConsentSettings
from services.plumbing.runner import run_forever

if __name__ == "__main__":
    run_forever(service(ConsentSettings().load()))
