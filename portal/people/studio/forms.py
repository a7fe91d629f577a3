"""The only place for the forms of the studio."""

from wtforms import Form, PasswordField, SelectField
from wtforms.validators import InputRequired

from portal.people.consent.on_behalf import How
from portal.people.sign_in.forms import AddressForm
from portal.people.staff.roles import Role


class InvitationForm(AddressForm):
    """Whom to add to the staff, and what as."""

    role = SelectField("Role", choices=[role.value for role in Role])  # type: ignore[misc]  # the stubs are older


class WithdrawalForm(AddressForm):
    """Who said no, to what, and how we heard of it; the purposes are added by the page."""

    purpose = SelectField("No to what")
    how = SelectField("How they asked", choices=[how.value for how in How])  # type: ignore[misc]


class ChangePasswordForm(Form):
    """A new password in place of one's own."""

    password = PasswordField("New password", [InputRequired("Type a password.")])
