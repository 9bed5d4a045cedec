#!/bin/sh
# Write requirements.lock from pyproject.toml: exact versions, hashes, and no word of where
# the packages came from. `make lock`; UPGRADE=1 takes the newest versions allowed.
set -eu

cd "$(dirname "$0")/../.."
command -v uv >/dev/null 2>&1 || {
    echo "lock: uv is needed (pip install uv)" >&2
    exit 1
}
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT
[ -n "${UPGRADE:-}" ] || cp requirements.lock "$fresh"
uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet \
    --output-file "$fresh"
{
    echo "# Every package with its version and hashes: \`make lock\` writes this from pyproject.toml."
    grep -v '^#' "$fresh"
} >requirements.lock
