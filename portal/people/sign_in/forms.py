"""The forms of signing in; an account's own pages take the same ones."""

from wtforms import EmailField, Form, HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, ValidationError

from portal.people.messages.addresses import NotAnAddress, read_address
from portal.people.staff.passwords import WeakPassword, check_length
from portal.shared.text import PlainText


class AddressForm(Form):
    """An e-mail address; `address` then holds it as we store it."""

    address = ""

    email = EmailField("E-mail address", [InputRequired("Type the e-mail address."), PlainText(most=254)])

    def validate_email(self, field: EmailField) -> None:
        """The address is one that mail can be sent to."""
        try:
            self.address = read_address(field.data or "")
        except NotAnAddress as fault:
            raise ValidationError(str(fault)) from fault


class PasswordForm(AddressForm):
    """What staff sign in by first."""

    password = PasswordField("Password", [InputRequired("Type your password.")])
    next = HiddenField()

    def validate_password(self, field: PasswordField) -> None:
        """No password of ours is that long; nobody hashes it to find out."""
        refuse_too_long(field)


class CodeForm(Form):
    """The second factor where it is typed."""

    code = StringField("Code", [InputRequired("Type the code."), PlainText(most=40)])
    next = HiddenField()


class NameForm(Form):
    """How we call somebody."""

    name = StringField("Your name", [InputRequired("Type your name."), PlainText(most=200)])

    def validate_name(self, field: StringField) -> None:
        """A name has something to see in it."""
        if not (field.data or "").strip():
            raise ValidationError("Type your name.")


class NewPasswordForm(NameForm):
    """A password to be set, and how we shall call its owner."""

    password = PasswordField("New password", [InputRequired("Type a password.")])


class AuthenticatorForm(Form):
    """The first code of an app, with the sealed secret that it belongs to."""

    code = StringField("Code that the app shows", [InputRequired("Type the six digits that the app shows.")])
    offer = HiddenField()


class PasskeyForm(Form):
    """A browser's answer about a passkey, and the name under which a new one is listed."""

    credential = HiddenField()
    passkey_name = StringField("Name of this passkey", [PlainText(most=60)])
    next = HiddenField()


def refuse_too_long(field: PasswordField) -> None:
    """A WTForms validator, in the words of the field."""
    try:
        check_length(field.data or "")
    except WeakPassword as fault:
        raise ValidationError(str(fault)) from fault
