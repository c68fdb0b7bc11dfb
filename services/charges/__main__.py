from __future__ import annotations

from services.charges.app import service
from services.charges.settings import ChargesSettings
from services.plumbing.runner import run_forever

if __name__ == "__main__":
    run_forever(service(ChargesSettings().load()))
