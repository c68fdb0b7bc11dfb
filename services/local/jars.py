"""Apache Kafka's jars: fetched once by Maven coordinates, checked against `kafka-jars.sha256` at every start.

The list pins each jar by its hash, so what runs is what was tested, whichever mirror or cache it came from.
To move to another version: `python -m services.local.jars org.apache.kafka:kafka_2.13:VERSION` prints the new list.
"""

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import jgo
import requests
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext

from services.local.errors import JarHashDiffers, JarNotInRepository, JarsOutOfReach
from services.local.progress import Progress, quiet
from services.local.state import require_space

LIST = Path(__file__).with_name("kafka-jars.sha256")
LOG_BINDING = ("org.apache.logging.log4j", "log4j-slf4j-impl")
MEGABYTES = 120
AT_ONCE = 4
TRIES = 3
SECONDS_PER_REQUEST = 60


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
        _fetch(missing, folder, repository or MAVEN_CENTRAL_URL, progress, abandoned or Event())
    for jar in jars:
        if jar not in missing:
            jar.check(folder / jar.name)
    return [folder / jar.name for jar in jars]


def _fetch(missing: list[Jar], folder: Path, repository: str, progress: Progress, abandoned: Event) -> None:
    """Fetch into a folder beside, check, then move: the cache never holds a part of a jar or a wrong one."""
    step = "fetching Apache Kafka"
    progress(step, 0, len(missing))
    # Also a second hub that fetches at the same moment does no harm: both move the same content.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-") as beside:
        maven = MavenContext(
            repo_cache=Path(beside), remote_repos={"repository": repository}, timeout=SECONDS_PER_REQUEST
        )

        def fetch(jar: Jar) -> None:
            if abandoned.is_set():
                raise JarsOutOfReach(cache=folder, jar=jar.name, reason="it was given up")
            file = _download(maven, jar, folder)
            jar.check(file)
            shutil.move(file, folder / jar.name)

        with ThreadPoolExecutor(AT_ONCE) as several:
            try:
                for done, _ in enumerate(several.map(fetch, missing), start=1):
                    progress(step, done, len(missing))
            except BaseException:
                # One has failed: let the others not be waited for, one try after another.
                abandoned.set()
                raise


def _download(maven: MavenContext, jar: Jar, cache: Path) -> Path:
    artifact = maven.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    reason: Exception | None = None
    for _ in range(TRIES):
        try:
            return Path(artifact.resolve())
        except requests.RequestException as trouble:
            reason = trouble
            # jgo leaves what it has of a broken download, and would take it for the whole.
            if artifact.cached_path is not None:
                artifact.cached_path.unlink(missing_ok=True)
        except RuntimeError as trouble:
            raise JarNotInRepository(jar=jar.name) from trouble
    # The exception's own words would show the address of the mirror.
    raise JarsOutOfReach(cache=cache, jar=jar.name, reason=type(reason).__name__) from reason


def new_list(coordinates: str) -> Iterator[str]:
    """The lines of `kafka-jars.sha256` for another version, resolved from its Maven coordinates."""
    found = {(a.groupId, a.artifactId, a.version) for a in jgo.resolve(coordinates)}
    # Kafka brings log4j but not what joins slf4j to it, without which it logs nothing.
    found |= {(*LOG_BINDING, v) for _, artifact, v in found if artifact == "log4j-core"}
    with tempfile.TemporaryDirectory() as beside:
        maven = MavenContext(repo_cache=Path(beside))
        for group, artifact, version in sorted(found):
            file = Path(maven.project(group, artifact).at_version(version).artifact().resolve())
            yield f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {group}:{artifact}:{version}"


if __name__ == "__main__":
    for line in new_list(sys.argv[1]):
        sys.stdout.write(line + "\n")
