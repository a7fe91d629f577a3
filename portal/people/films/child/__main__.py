"""The only place where a video is opened: in a process that is shut in first. An order comes in, JSON goes out.

The order is a line of JSON on the standard input: `{"task": "look" | "first" | "rest", "source": …, "folder": …}`.
Out go `{"facts": …}`, `{"percent": …}`, and at the end `{"done": …}` or `{"refused": "words"}`.
"""

import errno
import json
import os
import pkgutil
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from typing import Any

import av
import PIL.Image
import PIL.WebPImagePlugin  # nothing is imported any more once the files are shut

from portal.people.films import bounds
from portal.people.films.child import making
from portal.people.films.child.confinement import confine
from portal.people.films.child.source import Refused


def main() -> None:
    order = json.loads(sys.stdin.readline())
    source, folder = Path(order["source"]), Path(order["folder"])
    _import_all()
    av.logging.set_level(None)
    PIL.Image.MAX_IMAGE_PIXELS = bounds.MOST_PIXELS
    held = confine(source=source, folder=folder, cpu_seconds=bounds.LOOK_SECONDS, most_bytes=2 * bounds.MOST_BYTES)
    if not held.is_enough:
        say(refused="This machine cannot shut in the process that reads videos. See docs/films.md.")
        return
    say(confined=asdict(held))
    os.chdir(folder)
    os.environ["TMPDIR"] = str(folder)
    try:
        say(done=making.TASKS[order["task"]](source, folder, say))
    except Refused as fault:
        say(refused=str(fault))
    except OSError as fault:
        if fault.errno != errno.ENOSPC:
            raise
        say(is_full=True)
    except MemoryError:
        say(refused="It takes more memory than a film may. Export it smaller, as H.264 (MP4).")


def say(**words: Any) -> None:
    """Tell the process that waits."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _import_all() -> None:
    for module in pkgutil.walk_packages(av.__path__, "av."):
        if module.name not in ("av.__main__", "av.datasets"):
            import_module(module.name)


main()
