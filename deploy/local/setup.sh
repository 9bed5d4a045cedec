#!/bin/sh
# Make .venv from requirements.lock: `make setup`. Needs Python 3.11 or newer and its venv module;
# where Debian left that out, pip comes from Debian's own package, unpacked here without root.
set -eu

cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
venv=.venv

fail() {
    printf '%s\n' "setup: $*" >&2
    exit 1
}

command -v "$python" >/dev/null 2>&1 ||
    fail "no $python here; install Python 3.11 or newer, or name one: make setup PYTHON=..."
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    fail "$("$python" --version) is too old; Python 3.11 or newer is needed (PYTHON=... names another)"

# A checkout that has moved has an environment that points to where it was.
if [ -x "$venv/bin/python" ] && ! "$venv/bin/pip" --version >/dev/null 2>&1; then
    rm -rf "$venv"
fi

borrowed_pip() {
    # Prints the path of a pip wheel out of Debian's python3-pip-whl, unpacked under .run/cache.
    folder=$PWD/.run/cache/pip
    mkdir -p "$folder"
    command -v apt-get >/dev/null 2>&1 && command -v dpkg >/dev/null 2>&1 || return 1
    (cd "$folder" && apt-get -qq -o APT::Sandbox::User=root download python3-pip-whl \
        >/dev/null 2>&1 && dpkg -x python3-pip-whl_*.deb .) || return 1
    ls "$folder"/usr/share/python-wheels/pip-*.whl 2>/dev/null
}

if [ ! -x "$venv/bin/pip" ]; then
    printf '%s\n' "making $venv"
    rm -rf "$venv"
    if "$python" -c 'import ensurepip' 2>/dev/null && "$python" -m venv "$venv"; then
        :
    elif wheel=$(borrowed_pip) && [ -n "$wheel" ] && "$python" -m venv --without-pip "$venv"; then
        "$venv/bin/python" "$wheel/pip" install --quiet --no-index --find-links \
            "$(dirname "$wheel")" pip
    else
        rm -rf "$venv"
        fail "Python's venv module is incomplete here; install it (Debian, Ubuntu: apt-get install python3-venv)"
    fi
fi

printf '%s\n' "installing the packages of requirements.lock"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --require-hashes --requirement requirements.lock
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
    --no-deps --no-build-isolation --editable .
