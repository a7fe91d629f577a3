"""The only place that says how often something may be asked of the people side, by whom: docs/limits.md explains it.

A route is found by its endpoint; an unsafe one also by its blueprint; every other unsafe one is held to `OTHER_POSTS`.
"""

from portal.shared.limits import NEVER, Rule, Rules, everyone, network, site

_SIGN_UPS = "Too many sign-ups from your network"

SIGN_UPS: Rules = (
    Rule(what="sign-ups", most=60, per=network, title=_SIGN_UPS),
    Rule(what="sign-ups", most=240, per=site, title=_SIGN_UPS),
    Rule(what="sign-ups", most=600, per=everyone, title="Very many people are signing up just now"),
)
LINKS: Rules = (Rule(what="links", most=40, per=network, title="Too many links tried from your network"),)
OTHER_POSTS: Rules = (Rule(what="posts", most=300, per=network, title="Too much sent from your network"),)

TABLE: dict[str, Rules] = {
    "offers.create": SIGN_UPS,
    "offers.create_without_offer": SIGN_UPS,
    "offers.confirm": LINKS,
    "offers.create_confirmation": LINKS,
    "offers.confirmed": LINKS,
    "metrics.index": LINKS,
    # A no must get through, whoever sends it, how often, and whatever is away.
    "consent.opt_out_page": NEVER,
    "consent.opt_out": NEVER,
}
