"""The commands on sign-up forms: the keys by which other systems may post to them."""

from typing import Any

from portal.people.accounts import audit
from portal.people.accounts.audit import What
from portal.people.commands.opened import COMMAND_LINE, opened_database
from portal.people.forms import keys
from portal.people.forms.catalog import find_form, forms
from portal.shared import clock
from portal.shared.environment import SettingsError


class NoSuchForm(SettingsError):
    """There is no form of this name; the message lists those that there are."""


def make_key(form: str, *, name: str) -> dict[str, str]:
    """A new key of a form, shown this once. Raises NoSuchForm, NameTaken."""
    _require(form)
    with opened_database() as (database, _), database.transaction() as db:
        now = clock.now()
        made = keys.make_key(db, form=form, name=name, by=COMMAND_LINE, now=now)
        audit.note(db, What.FORM_KEY_MADE, by=None, about=made.id, now=now)
    return {"form": form, "name": name, "key": made.token}


def list_keys(form: str) -> list[dict[str, Any]]:
    """The keys of a form, the newest first, without themselves. Raises NoSuchForm."""
    _require(form)
    with opened_database() as (database, _), database.reading() as db:
        return [
            {
                "name": listed.key.name,
                "made_at": listed.key.made_at.isoformat(),
                "made_by": listed.key.made_by,
                "used_on": listed.used_on.isoformat() if listed.used_on else "",
                "ended_at": listed.ended_at.isoformat() if listed.ended_at else "",
            }
            for listed in keys.list_keys(db, form=form)
        ]


def end_key(form: str, *, name: str) -> None:
    """Let a key open nothing any more. Raises NoSuchForm, NoSuchKey."""
    _require(form)
    with opened_database() as (database, _), database.transaction() as db:
        now = clock.now()
        ended = keys.end_key(db, form=form, name=name, by=COMMAND_LINE, now=now)
        audit.note(db, What.FORM_KEY_ENDED, by=None, about=ended, now=now)


def _require(form: str) -> None:
    if find_form(form) is None:
        raise NoSuchForm(f"There is no form {form} in content/forms. There are: {', '.join(forms())}")
