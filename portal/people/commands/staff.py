"""The commands on those who work here: adding someone, listing them, and the link by which a machine signs one in."""

from sqlalchemy import select

from portal.people.accounts import audit
from portal.people.accounts.audit import What
from portal.people.accounts.links import Purpose, make_link
from portal.people.commands.opened import COMMAND_LINE, opened_database
from portal.people.messages.addresses import read_address
from portal.people.staff import members
from portal.people.staff.models import Staff
from portal.people.staff.roles import Role
from portal.shared import clock, ids
from portal.shared.reserved import SAMPLE_DOMAIN

SAMPLE = f"mara@{SAMPLE_DOMAIN}"


def add_staff(email: str, role: str) -> dict[str, str]:
    """Add someone, or let who is there begin their sign-in anew; the link by which they do. Raises NotAnAddress."""
    address, now = read_address(email), clock.now()
    with opened_database() as (database, settings), database.transaction() as db:
        invited = members.invite(db, email=address, role=Role(role), by=COMMAND_LINE, now=now)
        what = What.STAFF_ADDED if invited.is_new else What.STAFF_INVITED
        audit.note(db, what, by=None, about=invited.staff.id, now=now)
        return {
            "email": address,
            "role": role,
            "link": f"{settings.url}/sign-in/staff/password/{invited.token}",
        }


def list_staff() -> list[dict[str, str]]:
    """Everybody who works or worked here."""
    with opened_database() as (database, _settings), database.reading() as db:
        return [
            {
                "email": staff.email,
                "name": staff.name,
                "role": staff.role,
                "left_at": departure.left_at.isoformat() if departure else "",
            }
            for staff, departure in members.list_staff(db)
        ]


def add_sample_staff() -> None:
    """Let Mara work here, with every right, on one's own machine alone; she has no password."""
    now = clock.now()
    with opened_database() as (database, settings):
        if not settings.is_development:
            return
        with database.transaction() as db:
            if db.scalar(select(Staff.id).where(Staff.email == SAMPLE)) is None:
                row = {"id": ids.new_id(), "email": SAMPLE, "name": "Mara", "role": Role.ADMIN.value}
                db.add(Staff(**row, added_at=now, added_by=COMMAND_LINE))


def make_start_link() -> str:
    """A link that signs Mara in once, for whoever sees what this machine prints; empty outside development."""
    now, token = clock.now(), ids.new_token()
    with opened_database() as (database, settings):
        if not settings.is_development:
            return ""
        with database.transaction() as db:
            mara = members.find_by_email(db, email=SAMPLE)
            if mara is None:
                return ""
            account = members.account_of(mara)
            make_link(db, link_id=ids.new_id(), token=token, purpose=Purpose.START, account=account, now=now)
        return f"{settings.url}/sign-in/staff/start/{token}"
