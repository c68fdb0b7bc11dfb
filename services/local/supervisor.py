"""Runs one server for as long as the hub that wanted it lives, and not longer.

The hub holds the other end of this program's standard input. However the hub ends, by kill -9 too, that end closes,
and the server is asked to stop, then made to. If this program itself is killed, Linux tells the server directly.
The server's process number is the first line on standard output; what the server says goes to standard error.
Standard library only, so that it starts in a blink and runs alone.

usage: supervisor.py SIGNAL SECONDS USER-ID:GROUP-ID|- PROGRAM [ARGUMENT ...]
"""

import ctypes
import selectors
import signal
import socket
import subprocess
import sys

PR_SET_PDEATHSIG = 1


def launch(sign: int, identity: str, command: list[str]) -> "subprocess.Popen[bytes]":
    """Start the server, under another identity where one is given."""
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def die_with_the_supervisor() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, sign)

    user, group = (int(part) for part in identity.split(":")) if identity != "-" else (None, None)
    return subprocess.Popen(  # noqa: S603 - the hub itself gives the command
        command,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        stderr=sys.stderr.fileno(),
        # One thread and nothing imported between fork and exec: safe here, and only here.
        preexec_fn=die_with_the_supervisor,  # noqa: PLW1509
        user=user,
        group=group,
        extra_groups=None if group is None else [],
    )


def wait_for_either(server: "subprocess.Popen[bytes]") -> None:
    """Return when the server has ended, or the hub has closed its end of the pipe."""
    ear, mouth = socket.socketpair()
    mouth.setblocking(False)  # noqa: FBT003 - the socket's own signature
    signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        selector.register(ear, selectors.EVENT_READ)
        # A server that ended before the handler was there is seen by this poll, later ones by the signal.
        while server.poll() is None:
            for key, _ in selector.select():
                if key.fd == sys.stdin.fileno():
                    return
                ear.recv(64)


def main(arguments: list[str]) -> int:
    """Run the server to its end; its exit code is ours."""
    sign, seconds, identity, *command = arguments
    server = launch(int(sign), identity, command)
    sys.stdout.write(f"{server.pid}\n")
    sys.stdout.flush()
    wait_for_either(server)
    if server.poll() is None:
        server.send_signal(int(sign))
        try:
            server.wait(float(seconds))
        except subprocess.TimeoutExpired:
            server.kill()
    return server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
