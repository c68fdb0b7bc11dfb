#!/bin/sh
# Builds `.venv` from requirements.lock, once; the next time it only looks and needs no network.
# HUB_PYTHON names the interpreter to use, where `python3` is not the right one.
set -eu
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }
give_up() { say "" "$1"; say "  What to do: $2"; exit 1; }
fits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# A clone that was moved, and a system whose Python was upgraded, leave a `.venv` behind that looks whole and is not.
sound() {
    [ -x .venv/bin/hub ] && .venv/bin/python - 2>/dev/null <<'END'
import os, pip, sys
with open(".venv/bin/hub", "rb") as hub:
    beginning = hub.read(1000).decode(errors="replace")
sys.exit(sys.version_info < (3, 11) or os.path.realpath(sys.prefix) + "/bin/python" not in beginning)
END
}

checksum() { cat requirements.lock pyproject.toml | cksum; }
if [ "$(cat .venv/built-from 2>/dev/null)" = "$(checksum)" ] && sound; then
    exit 0
fi

python=
for candidate in ${HUB_PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if fits "$candidate"; then python=$candidate; break; fi
done
[ -n "$python" ] || give_up "No Python 3.11 or newer was found." \
    "install one, or name it: make HUB_PYTHON=/usr/local/bin/python3.12 …"

if ! fits .venv/bin/python || { [ -e .venv/bin/hub ] && ! sound; }; then
    say "1/3  A virtual environment, .venv"
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        rm -rf .venv
        command -v uv >/dev/null 2>&1 && uv venv --quiet --seed --python "$python" .venv ||
            give_up "$python cannot make a virtual environment; it came without its venv module." \
                "install it (Debian, Ubuntu: apt-get install python3-venv) and run make again."
    fi
fi

say "2/3  The packages of requirements.lock, each checked against its hash"
rm -f .venv/built-from
.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.13,<0.14" ||
    give_up "The package registry could not be reached, or gave no uv." \
        "check the network (pip's own settings, such as a mirror, are honoured) and run make again."
.venv/bin/uv pip install --python .venv/bin/python --require-hashes --compile-bytecode --requirements requirements.lock ||
    give_up "Not every package of requirements.lock could be installed." \
        "read the lines above: a full disk, the network, or a platform without wheels; then run make again."

say "3/3  The hub itself"
.venv/bin/uv pip install --python .venv/bin/python --quiet --no-deps --no-build-isolation --editable . ||
    give_up "The hub itself could not be installed into .venv." "read the lines above; then run make again."
# Where the shell lets Python keep nothing that it compiled, each command would compile all of it anew.
.venv/bin/python -m compileall -q contracts services || true
checksum >.venv/built-from
say "     ready: .venv/bin/hub"
