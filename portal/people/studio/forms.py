"""The only place for the forms of the studio."""

from datetime import datetime

from wtforms import Form, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired

from portal.people.consent.on_behalf import How
from portal.people.sign_in.forms import AddressForm
from portal.people.staff.roles import Role
from portal.people.studio.previewing import read_moment
from portal.shared.text import PlainText


class InvitationForm(AddressForm):
    """Whom to add to the staff, and what as."""

    role = SelectField("Role", choices=[role.value for role in Role])  # type: ignore[misc]  # the stubs are older


class WithdrawalForm(AddressForm):
    """Who said no, to what, and how we heard of it; the purposes are added by the page."""

    purpose = SelectField("No to what")
    how = SelectField("How they asked", choices=[how.value for how in How])  # type: ignore[misc]


class FormKeyForm(Form):
    """Whom a new key of a sign-up form is for."""

    name = StringField("For whom", [InputRequired("Say which system it is for."), PlainText(most=64)])


class ChangePasswordForm(Form):
    """A new password in place of one's own."""

    password = PasswordField("New password", [InputRequired("Type a password.")])


class RollBackForm(Form):
    """From when on an earlier version is public again."""

    public_from = StringField("From (UTC)")

    def moment(self, now: datetime) -> datetime | None:
        """The moment typed, `now` where none was; None where it cannot be taken, and the field says what to do."""
        found = read_moment(self.public_from.data or "", now=now)
        if found is None:
            self.public_from.errors = ["Type a day and a time, like 2026-12-24T18:00, or leave it empty for now."]
        elif found < now:
            self.public_from.errors = ["That moment has passed. Leave it empty for now, or choose a later one."]
            return None
        return found


class UnpublishForm(Form):
    """Where an address leads whose page is taken off the site."""

    redirect_to = StringField("Its address leads to", [InputRequired("Write a path of this site, like /webinars/.")])
