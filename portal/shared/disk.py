"""The only place that waits for the disk: for a file, or for the names in a folder, without which new files go."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Wait until what `path` is, a file or a folder, has reached the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
