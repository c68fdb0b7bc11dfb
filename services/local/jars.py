"""Apache Kafka's jars: fetched once by Maven coordinates, checked against `kafka-jars.sha256` at every start.

The list pins each jar by its hash, so what runs is what was tested, whichever mirror or cache it came from.
To move to another version: `python -m services.local.maven org.apache.kafka:kafka_2.13:VERSION` prints the new list.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from services.local.errors import JarHashDiffers
from services.local.progress import Progress, quiet
from services.local.state import require_space

LIST = Path(__file__).with_name("kafka-jars.sha256")
MEGABYTES = 120


@dataclass(frozen=True)
class Jar:
    """One jar: where Maven knows it, and the only content we accept."""

    sha256: str
    group: str
    artifact: str
    version: str

    @property
    def name(self) -> str:
        """Its file name."""
        return f"{self.artifact}-{self.version}.jar"

    def check(self, file: Path) -> None:
        """Raise JarHashDiffers unless the file is exactly this jar."""
        with file.open("rb") as content:
            found = hashlib.file_digest(content, "sha256").hexdigest()
        if found != self.sha256:
            raise JarHashDiffers(jar=self.name, found=found, expected=self.sha256, file=file)


def listed(file: Path = LIST) -> list[Jar]:
    """All jars that the embedded Kafka is made of."""
    lines = (line.split() for line in file.read_text().splitlines() if line.strip())
    return [Jar(sha256, *coordinates.split(":")) for sha256, coordinates in lines]


def ready(
    cache: Path,
    *,
    repository: str | None = None,
    progress: Progress = quiet,
    jars: list[Jar] | None = None,
    abandoned: Event | None = None,
) -> list[Path]:
    """The checked files of all jars; what the cache lacks is fetched first, and without a lack no network is needed.

    Set `abandoned` from another thread to make it give up soon, with JarsOutOfReach.
    Raises JarHashDiffers, JarsOutOfReach, JarNotInRepository, DiskFull.
    """
    jars = listed() if jars is None else jars
    folder = cache.expanduser().absolute() / "jars"
    missing = [jar for jar in jars if not (folder / jar.name).exists()]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        require_space(folder, MEGABYTES)
        # Once they are here, nobody needs what fetches them, which takes half a second to load.
        from services.local.maven import fetch  # noqa: PLC0415

        fetch(missing, folder, repository, progress, abandoned or Event())
    for jar in jars:
        if jar not in missing:
            jar.check(folder / jar.name)
    return [folder / jar.name for jar in jars]
