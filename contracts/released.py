"""What of a released schema may never change, and the lock file that remembers it.

A released schema may gain optional fields and examples; nothing else of it changes, ever: another
field, type, limit, word or required field is a new version (vN+1) in a file of its own.
`released.lock.json` holds, for every file, the required fields, a digest of every property (the
properties of objects and of array items one by one) and a digest of the rest.

    python -m contracts.released    # adds new schemas and new optional fields; refuses changes
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from contracts import ROOT

LOCK = "released.lock.json"
_FREE = frozenset({"examples", "$comment"})
"""Keywords that promise nothing."""
_APART = frozenset({"properties", "items", "required"})
"""Keywords that the lock holds one by one."""


def promise_of(schema: Mapping[str, Any]) -> Any:
    """Give what a schema promises: `rest`, and where it has them `required`, `properties`, `items`.

    A schema with none of the three is one digest. Wording counts: a unit stands in a description.
    """
    rest = {name: said for name, said in schema.items() if name not in _FREE | _APART}
    digest = sha256(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
    if not _APART & set(schema):
        return digest
    promise: dict[str, Any] = {"rest": digest}
    if "required" in schema:
        promise["required"] = sorted(schema["required"])
    if "properties" in schema:
        properties = schema["properties"]
        promise["properties"] = {name: promise_of(properties[name]) for name in sorted(properties)}
    if "items" in schema:
        promise["items"] = promise_of(schema["items"])
    return promise


def changes(root: Path = ROOT) -> list[str]:
    """Name what is not as it was released: `<file>` when it is gone, else `<file>#/<place>`."""
    locked: Mapping[str, Any] = json.loads((root / LOCK).read_bytes())
    found: list[str] = []
    for file, promise in locked.items():
        if not (root / file).is_file():
            found.append(file)
            continue
        now = promise_of(json.loads((root / file).read_bytes()))
        found += [f"{file}#{place}" for place in _broken(promise, now)]
    return found


def _broken(promise: Any, now: Any, place: str = "") -> Iterator[str]:
    if isinstance(promise, str) or isinstance(now, str):
        if promise != now:
            yield place or "/"
        return
    if promise["rest"] != now["rest"]:
        yield place or "/"
    if promise.get("required", []) != now.get("required", []):
        yield f"{place}/required"
    if ("items" in promise) != ("items" in now):
        yield f"{place}/items"
    elif "items" in promise:
        yield from _broken(promise["items"], now["items"], f"{place}/items")
    kept = now.get("properties", {})
    for name, field in promise.get("properties", {}).items():
        if name in kept:
            yield from _broken(field, kept[name], f"{place}/{name}")
        else:
            yield f"{place}/{name}"


def unlocked(root: Path = ROOT) -> list[str]:
    """Name the schema files of which the lock does not hold everything."""
    locked: Mapping[str, Any] = json.loads((root / LOCK).read_bytes())
    return [file for file, promise in _present(root).items() if locked.get(file) != promise]


def _present(root: Path) -> dict[str, Any]:
    files = sorted(path.relative_to(root).as_posix() for path in root.rglob("*.schema.json"))
    return {file: promise_of(json.loads((root / file).read_bytes())) for file in files}


def release(root: Path = ROOT) -> list[str]:
    """Write new schemas and new optional fields into the lock; give the files it learned of.

    Raises:
        ValueError: a released schema has changed; nothing is written.
    """
    broken = changes(root)
    if broken:
        raise ValueError("a released schema never changes; write vN+1: " + ", ".join(broken))
    learned = unlocked(root)
    text = json.dumps(_present(root), indent=1, sort_keys=True, ensure_ascii=False)
    (root / LOCK).write_text(text + "\n", encoding="utf-8")
    return learned


if __name__ == "__main__":
    try:
        told = release()
    except ValueError as refused:
        sys.exit(str(refused))
    sys.stdout.write("".join(f"locked {file}\n" for file in told))
