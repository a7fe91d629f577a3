"""The only place that adds staff, finds them, and takes them out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, insert, select
from sqlalchemy.orm import Session

from portal.people.accounts import audit
from portal.people.accounts.audit import What
from portal.people.accounts.links import Purpose, end_links, make_link
from portal.people.accounts.passkeys import remove_passkeys
from portal.people.accounts.presence import Owner, Visitor
from portal.people.sessions import Account, end_sessions
from portal.people.staff.models import Authenticator, RecoveryCode, Staff, StaffDeparture, StaffPassword
from portal.people.staff.roles import RIGHTS, Right, Role
from portal.shared import ids


class NoSuchStaff(LookupError):
    """Nobody of that id works here."""


class LastAdmin(Exception):
    """Nobody would be left who may manage the staff."""


@dataclass(frozen=True, kw_only=True)
class Invited:
    """One of the staff, and the token of the link by which they set a password; `is_new` where they were added."""

    staff: Staff
    token: str
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class Member:
    """One of the staff, as far as a page has to know them."""

    id: str
    email: str
    name: str
    role: str


class SignedInStaff(Visitor):
    """One of the staff who is signed in."""

    def __init__(self, **known: Any) -> None:
        self.staff = Member(**known)
        super().__init__(account_of(self.staff))

    def may(self, right: Right) -> bool:
        """Whether their role gives them this right."""
        return right in RIGHTS[Role(self.staff.role)]


def invite(db: Session, *, email: str, role: Role, by: str, now: datetime) -> Invited:
    """Add someone of this normalised address, or let who is there already begin their sign-in anew, in this role.

    Who left comes back by it. What they signed in by, and their sessions, end with the link's use, not before; a
    change of role ends the sessions at once.
    """
    staff = db.scalar(select(Staff).where(Staff.email == email).with_for_update())
    is_new = staff is None
    if staff is None:
        name = email.partition("@")[0].replace(".", " ").replace("-", " ").title()
        staff = Staff(id=ids.new_id(), email=email, name=name, role=role.value, added_at=now, added_by=by)
        db.add(staff)
        db.flush()
    db.execute(delete(StaffDeparture).where(StaffDeparture.staff_id == staff.id))
    if staff.role != role:
        staff.role = role.value
        end_sessions(db, account=account_of(staff))
    return Invited(staff=staff, token=_link(db, staff, now), is_new=is_new)


def invite_again(db: Session, *, staff_id: str, now: datetime) -> Invited:
    """Let someone begin their sign-in anew: what to do when a password or a factor is lost. Raises NoSuchStaff."""
    staff = get_staff(db, staff_id=staff_id)
    return Invited(staff=staff, token=_link(db, staff, now), is_new=False)


def begin_anew(db: Session, *, staff_id: str) -> None:
    """Forget everything that someone signs in by, and end their sessions."""
    account = Account("staff", staff_id)
    for table in (StaffPassword, Authenticator, RecoveryCode):
        db.execute(delete(table).where(table.staff_id == staff_id))
    remove_passkeys(db, account=account)
    end_sessions(db, account=account)


def take_out(db: Session, *, staff_id: str, by: Account, now: datetime) -> Staff:
    """Someone works here no more: from now on nothing of theirs opens anything. Raises NoSuchStaff or LastAdmin."""
    staff = get_staff(db, staff_id=staff_id)
    admins = select(Staff.id).where(Staff.role == Role.ADMIN.value, Staff.id != staff_id, Staff.id.not_in(_LEFT))
    if staff.role == Role.ADMIN and db.scalar(admins.limit(1)) is None:
        raise LastAdmin
    db.execute(insert(StaffDeparture), [{"staff_id": staff_id, "left_at": now, "by_account": str(by)}])
    begin_anew(db, staff_id=staff_id)
    for purpose in (Purpose.PASSWORD, Purpose.START):
        end_links(db, account=Account("staff", staff_id), purpose=purpose, now=now)
    audit.note(db, What.STAFF_LEFT, by=by, about=staff_id, now=now)
    return staff


def get_staff(db: Session, *, staff_id: str) -> Staff:
    """One who works here; raises NoSuchStaff for anyone else, or for who left."""
    staff = db.scalar(_PRESENT.where(Staff.id == staff_id))
    if staff is None:
        raise NoSuchStaff(staff_id)
    return staff


def find_by_email(db: Session, *, email: str) -> Staff | None:
    """Who works here under this normalised address."""
    return db.scalar(_PRESENT.where(Staff.email == email))


def account_of(staff: Staff | Member) -> Account:
    """The account that one of the staff signs in to."""
    return Account("staff", staff.id)


def list_staff(db: Session) -> list[tuple[Staff, StaffDeparture | None]]:
    """Everybody by name, with their departure where they left."""
    rows = select(Staff, StaffDeparture).outerjoin(StaffDeparture, StaffDeparture.staff_id == Staff.id)
    return [(staff, departure) for staff, departure in db.execute(rows.order_by(Staff.name, Staff.id))]


def names(db: Session) -> dict[str, str]:
    """The name behind each account of staff, as text, whether they are still here or not."""
    return {str(Account("staff", staff_id)): name for staff_id, name in db.execute(select(Staff.id, Staff.name))}


_LEFT = select(StaffDeparture.staff_id)
_PRESENT = select(Staff).where(Staff.id.not_in(_LEFT))
MEMBERS = Owner(  # nobody who left is one of them any more
    rows=select(Staff.id, Staff.email, Staff.name, Staff.role).where(
        ~exists(_LEFT.where(StaffDeparture.staff_id == Staff.id))
    ),
    signed_in=SignedInStaff,
)


def _link(db: Session, staff: Staff, now: datetime) -> str:
    account = account_of(staff)
    token = ids.new_token()
    end_links(db, account=account, purpose=Purpose.PASSWORD, now=now)
    make_link(db, link_id=ids.new_id(), token=token, purpose=Purpose.PASSWORD, account=account, now=now)
    return token
