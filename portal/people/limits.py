"""The only place that says how often something may be asked of the people side, by whom: docs/limits.md explains it.

A route is found by its endpoint; an unsafe one also by its blueprint; every other unsafe one is held to `OTHER_POSTS`.
"""

from portal.shared.limits import NEVER, Rule, Rules, everyone, network, site

_SIGN_UPS = "Too many sign-ups from your network"
_SIGN_IN_LINKS = "Too many sign-in links asked for from your network"
_SECRETS = "Too many tries to sign in from your network"

SIGN_UPS: Rules = (
    Rule(what="sign-ups", most=60, per=network, title=_SIGN_UPS),
    Rule(what="sign-ups", most=240, per=site, title=_SIGN_UPS),
    Rule(what="sign-ups", most=600, per=everyone, title="Very many people are signing up just now"),
)
# Counted by the view, for sign-ups that come without a proof of work: from a browser without scripts, or a program.
WITHOUT_PROOF = Rule(what="sign-ups without proof", most=20, per=network, title=_SIGN_UPS)
USES_OF_A_PROOF = Rule(what="uses of a proof", most=1, minutes=120, per=everyone, title=_SIGN_UPS)
API: Rules = (Rule(what="posts to the API", most=1200, per=network, title="Too many posts from your network"),)
BY_KEY = Rule(what="sign-ups by a key", most=1200, per=everyone, title="Too many sign-ups by this key")
LINKS: Rules = (Rule(what="links", most=40, per=network, title="Too many links tried from your network"),)
SIGN_IN_LINKS: Rules = (
    Rule(what="sign-in links", most=60, per=network, title=_SIGN_IN_LINKS, keeps_form=True),
    Rule(what="sign-in links", most=240, per=site, title=_SIGN_IN_LINKS, keeps_form=True),
    Rule(what="sign-in links", most=600, per=everyone, title="Very many are signing in just now", keeps_form=True),
)
# Each account has its own pauses beside these, which grow with every wrong try.
SECRETS: Rules = (
    Rule(what="secrets", most=100, per=network, title=_SECRETS),
    Rule(what="secrets", most=400, per=site, title=_SECRETS),
)
PLAYER: Rules = (Rule(what="places in webinars", most=3000, per=network, title="Too much sent from your network"),)
VIEWINGS: Rules = (Rule(what="viewings", most=300, per=network, title="Too much sent from your network"),)
# Sixty bits, forty tries an hour: nobody guesses the code by which somebody goes on elsewhere.
CODES: Rules = (Rule(what="codes", most=40, per=network, title="Too many codes tried from your network"),)
POLLS: Rules = (Rule(what="answers to polls", most=60, per=network, title="Too many answers from your network"),)
# Counted by the view for each poll, where the browser brings no cookie that says it answered: a whole class may.
NEW_BALLOTS = Rule(
    what="new answers to a poll", most=40, minutes=60, per=network, title="Very many answered from your network"
)
MAIL_EVENTS: Rules = (Rule(what="mail events", most=6000, per=network, title="Too many events from your network"),)
OTHER_POSTS: Rules = (Rule(what="posts", most=300, per=network, title="Too much sent from your network"),)

TABLE: dict[str, Rules] = {
    "offers.create": SIGN_UPS,
    "offers.create_reminder": SIGN_UPS,
    "forms.create": SIGN_UPS,
    "api.create": API,
    "hosted.create": SIGN_UPS,
    "hosted.create_in_frame": SIGN_UPS,
    "offers.confirm": LINKS,
    "offers.create_confirmation": LINKS,
    "offers.confirmed": LINKS,
    "metrics.index": LINKS,
    "receipts.show": LINKS,
    "receipts.download": LINKS,
    "receipts.state": LINKS,
    "bounces.create": MAIL_EVENTS,
    "sign_in": SECRETS,
    "sign_in.create": SIGN_IN_LINKS,
    "sign_in.link": LINKS,
    "sign_in.create_by_link": LINKS,
    "staff_sign_in": SECRETS,
    "staff_sign_in.password": LINKS,
    "staff_sign_in.start": LINKS,
    "factors": SECRETS,
    "studio.own.update_password": SECRETS,
    "webinars.watched": PLAYER,
    "attention.create": VIEWINGS,
    "polls": POLLS,
    "polls.destroy": NEVER,
    "resuming.start": CODES,
    "resuming.show": CODES,
    "resuming.place": PLAYER,
    "resuming.update": PLAYER,
    # A no must get through, whoever sends it, how often, and whatever is away; so must the end of a session.
    "consent.opt_out_page": NEVER,
    "consent.opt_out": NEVER,
    "consent.stop": NEVER,
    "preferences": NEVER,
    "preferences.show": NEVER,
    "preferences.why": NEVER,
    "preferences.ask_page": NEVER,
    "preferences.ask": SIGN_UPS,
    "mine.withdraw": NEVER,
    "resuming.destroy": NEVER,
    "attention.destroy": NEVER,
    "sign_in.destroy": NEVER,
}
