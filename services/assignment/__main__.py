from __future__ import annotations

from services.assignment.app import service
from services.assignment.settings import AssignmentSettings
from services.plumbing.runner import run_forever

if __name__ == "__main__":
    settings = AssignmentSettings()
    run_forever(service(settings.load(), settings.naming()))
