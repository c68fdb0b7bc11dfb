from __future__ import annotations

from services.assignment.app import service, watching
from services.assignment.settings import AssignmentSettings
from services.plumbing.runner import run_forever
from services.sites import Rota

if __name__ == "__main__":
    settings = AssignmentSettings()
    site = settings.load()
    rota = Rota(site)
    run_forever(service(site, settings.naming(), rota=rota), beside=[watching(rota, site, settings.rota_file)])
