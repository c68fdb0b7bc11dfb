"""Where Kafka's jars come from: a Maven repository, by their coordinates."""

import hashlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import jgo
import requests
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.maven import MavenContext

from services.local.errors import JarNotInRepository, JarsOutOfReach
from services.local.jars import Jar
from services.local.progress import Progress

LOG_BINDING = ("org.apache.logging.log4j", "log4j-slf4j-impl")
AT_ONCE = 4
TRIES = 3
SECONDS_PER_REQUEST = 60


def fetch(missing: list[Jar], folder: Path, repository: str | None, progress: Progress, abandoned: Event) -> None:
    """Fetch into a folder beside, check, then move: the cache never holds a part of a jar or a wrong one."""
    step = "fetching Apache Kafka"
    progress(step, 0, len(missing))
    # Also a second hub that fetches at the same moment does no harm: both move the same content.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-") as beside:
        maven = MavenContext(
            repo_cache=Path(beside),
            remote_repos={"repository": repository or MAVEN_CENTRAL_URL},
            timeout=SECONDS_PER_REQUEST,
        )

        def one(jar: Jar) -> None:
            if abandoned.is_set():
                raise JarsOutOfReach(cache=folder, jar=jar.name, reason="it was given up")
            file = _download(maven, jar, folder)
            jar.check(file)
            shutil.move(file, folder / jar.name)

        with ThreadPoolExecutor(AT_ONCE) as several:
            try:
                for done, _ in enumerate(several.map(one, missing), start=1):
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
