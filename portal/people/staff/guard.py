"""The only place that lets anyone into the studio: staff, with a second factor shown, whose role gives the right."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import current_app, request
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from portal.people import web
from portal.people.accounts.presence import is_freshly_proven, proved_at, to_sign_in
from portal.people.sessions import Account
from portal.people.staff.members import Member, SignedInStaff, account_of
from portal.people.staff.roles import Right
from portal.shared import clock
from portal.shared.problems import Problem

OWN_PAGE = "/studio/me"  # where somebody sees what they sign in by

View = TypeVar("View", bound=Callable[..., Any])


def needs(right: Right, *, fresh: bool = False) -> Callable[[View], View]:
    """Say what a view needs. `fresh` asks for the second factor again where it was shown a while ago.

    The guard refuses every view that says nothing.
    """

    def mark(view: View) -> View:
        view.needs = right  # type: ignore[attr-defined]
        view.needs_fresh = fresh  # type: ignore[attr-defined]
        return view

    return mark


def require_staff() -> Answer | None:
    """The one guard of the studio's blueprint."""
    account = web.signed_in()
    if account is None or account.kind != "staff" or proved_at() is None or not current_user.is_authenticated:
        return to_sign_in("/sign-in/staff")
    view: Any = current_app.view_functions[request.endpoint or ""]
    right = getattr(view, "needs", None)
    if right is None or not cast("SignedInStaff", current_user).may(right):
        raise Problem(
            403,
            "Your role does not include this",
            "Ask someone who manages the staff, if your work needs it. Nothing was changed.",
        )
    if view.needs_fresh and not is_freshly_proven(clock.now()):
        return to_sign_in("/sign-in/staff/second", after="/".join(request.path.split("/")[:3]))
    return None


def current_staff() -> Member:
    """Who of the staff is behind this request; only behind `require_staff`."""
    return cast("SignedInStaff", current_user).staff


def me() -> Account:
    """The account of whoever that is, as records name it; only behind `require_staff`."""
    return account_of(current_staff())


def find_current_staff() -> Member | None:
    """The same where nobody may be, as on a page that says what went wrong."""
    return getattr(current_user, "staff", None)
