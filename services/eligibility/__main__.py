from __future__ import annotations

from services.eligibility.app import service
from services.eligibility.settings import EligibilitySettings
from services.plumbing.runner import run_forever

if __name__ == "__main__":
    run_forever(service(EligibilitySettings().load()))
