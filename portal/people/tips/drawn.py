"""The only place that keeps pages of tips as they were drawn, until anything that they show is another."""

from collections.abc import Callable, Hashable

from markupsafe import Markup

MOST_KEPT = 500


def keep(key: Hashable, draw: Callable[[], str]) -> Markup:
    """What `draw` draws, done once for each `key`, which has to name everything that it depends on."""
    found = _kept.get(key)
    if found is None:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        found = _kept[key] = Markup(draw())  # noqa: S704  a template drew it, and escaped what it had to
    return found


_kept: dict[Hashable, Markup] = {}
