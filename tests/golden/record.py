"""Records a new golden log: `python -m tests.golden.record <story>` (`make record STORY=x`)."""

from __future__ import annotations

import sys

from tests.contract.stories import STORIES
from tests.golden.logs import FOLDER, write

if __name__ == "__main__":
    for name in sys.argv[1:] or STORIES:
        write(FOLDER / f"{name}.jsonl", STORIES[name]())
        print(f"recorded {name}")
