from __future__ import annotations

from services.plumbing.runner import run_forever
from services.pretrial.app import service
from services.pretrial.settings import PretrialSettings

if __name__ == "__main__":
    run_forever(service(PretrialSettings().load()))
