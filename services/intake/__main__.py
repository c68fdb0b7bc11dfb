from __future__ import annotations

from services.intake.app import service
from services.intake.settings import IntakeSettings
from services.plumbing.runner import run_forever
from services.plumbing.sealing import Wrapping

if __name__ == "__main__":
    settings = IntakeSettings()
    keys = settings.keys()
    wrapping = Wrapping(keys.site)
    run_forever(service(settings.load(), keys), wrap=wrapping.wrap, unwrap=wrapping.unwrap)
