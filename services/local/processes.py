"""What can be known of a process from its number, without trusting that the number still means the same process."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

SECONDS_TO_END = 10.0
POLL_SECONDS = 0.05


def command_line(pid: int) -> str | None:
    """The words a process was started with; None when there is no such process (a zombie has none either)."""
    proc = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self").exists():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode(errors="replace").strip() or None
        except OSError:
            return None
    # macOS has no /proc.
    answer = subprocess.run(  # noqa: S603 - fixed program, a number as argument
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or None


def works_on(pid: int, folder: Path) -> bool:
    """Whether the process lives and was started on this folder: process numbers are given out again."""
    words = command_line(pid)
    return words is not None and str(folder) in words


def end_stale(pid: int | None, folder: Path, how: signal.Signals = signal.SIGTERM) -> bool:
    """End a process that an earlier hub left behind on this folder; True if there was one.

    A process of that number which has nothing to do with the folder is left alone.
    """
    if not pid or not works_on(pid, folder):
        return False
    for sign in (how, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.kill(pid, sign)
        deadline = time.monotonic() + SECONDS_TO_END
        while time.monotonic() < deadline:
            if not works_on(pid, folder):
                return True
            time.sleep(POLL_SECONDS)
    return True
