"""The only place that finds e-mail addresses in a text that was read."""

import re
from collections.abc import Iterator

from portal.shared.reserved import normal_email
from portal.shared.spotting.found import Found

# Several `@` in a chain are one address, or what is left of `ann@x.example@gmail.com` would be a mailbox.
_LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
_DOMAIN = rf"(?:{_LABEL}\.)+(?:[^\W\d_][\w-]*[^\W\d_]|xn--[a-z0-9-]+)|\[[0-9a-f.:]{{3,45}}\]"
_AT = re.compile(rf"(?:@(?:{_DOMAIN}))+", re.IGNORECASE)
_LOCAL = re.compile(r"[\w.+&'@-]")
_FILE = re.compile(r"\.(?:png|jpe?g|gif|webp|svg|pdf|txt|css|js|html?|toml|json|csv)$", re.IGNORECASE)  # image@2x.png
_EDGE = "'.-&+@"


def find_addresses(text: str) -> Iterator[Found]:
    """What has the form of an address, whoever it would reach."""
    done = 0
    for found in _AT.finditer(text):
        start = _local_start(text, found.start(), done)
        if start < found.start() and not _FILE.search(found[0]):
            done = found.end()
            yield Found("email", start, done, normal_email(text[start:done]))


def _local_start(text: str, at: int, least: int) -> int:
    """Where the part before the `@` begins, read backwards; `at` where nothing stands there."""
    if at > least and text[at - 1] == '"' and (quote := text.rfind('"', least, at - 1)) >= 0:
        return quote
    start = at
    while start > least and _LOCAL.match(text[start - 1]):
        start -= 1
    while start < at and text[start] in _EDGE:
        start += 1
    return start
