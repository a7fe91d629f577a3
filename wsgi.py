"""What a WSGI server loads: `wsgi:people` or `wsgi:sandbox`, each built only when asked for.

Serving one never imports the other; the sandbox shuts its process in before it is built, and refuses one that holds the
people side already.
"""

from typing import Any


def __getattr__(name: str) -> Any:
    if name == "people":
        from portal.people.serve import build
    elif name == "sandbox":
        from portal.sandbox.serve import build
    else:
        raise AttributeError(name)
    return build()
