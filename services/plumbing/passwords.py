"""Passwords kept in files that only their owner reads, one file each."""

import os
import secrets
import tempfile
from pathlib import Path

BYTES_OF_CHANCE = 24


class Passwords:
    """A folder of passwords. A name is made of letters, digits, `-` and `_`, so that it cannot leave the folder."""

    def __init__(self, folder: Path) -> None:
        """The folder is made with the first password."""
        self.folder = folder

    def file(self, name: str) -> Path:
        """Where the password of this name is, or would be."""
        if not name.replace("-", "").replace("_", "").isalnum():
            message = f"{name!r} cannot name a password: use letters, digits, '-' and '_'"
            raise ValueError(message)
        return self.folder / name

    def known(self, name: str) -> str | None:
        """The password of this name, if it was ever made."""
        try:
            return self.file(name).read_text().strip() or None
        except FileNotFoundError:
            return None

    def of(self, name: str) -> str:
        """The password of this name, made by chance the first time."""
        return self.known(name) or self.renew(name)

    def renew(self, name: str) -> str:
        """A new password in place of the old one."""
        password = secrets.token_urlsafe(BYTES_OF_CHANCE)
        self.keep(name, password)
        return password

    def keep(self, name: str, password: str) -> None:
        """Write a password down, whole or not at all."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # mkstemp makes the file 0600 before a byte is in it.
        handle, new = tempfile.mkstemp(dir=self.folder, prefix=".new-")
        with os.fdopen(handle, "w") as file:
            file.write(password + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(new).replace(self.file(name))

    def names(self) -> list[str]:
        """All names that have a password, sorted."""
        if not self.folder.is_dir():
            return []
        return sorted(p.name for p in self.folder.iterdir() if p.is_file() and not p.name.startswith("."))

    def forget(self, name: str) -> None:
        """Remove the password of this name; nothing happens when there is none."""
        self.file(name).unlink(missing_ok=True)
