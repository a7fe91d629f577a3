"""The only place for the form that takes a stop-code."""

from wtforms import EmailField, Form, StringField
from wtforms.validators import InputRequired, Optional, ValidationError

from portal.people.consent.stopping import Typed
from portal.people.messages.addresses import NotAnAddress, read_address
from portal.people.messages.way_out import NotACode, read_stop_code
from portal.shared.text import PlainText


class StopForm(Form):
    """Ten digits; and the address, which is asked for where the digits alone do not do."""

    typed: Typed

    code = StringField("Stop-code", [InputRequired("Type the ten digits from our message."), PlainText(most=200)])
    email = EmailField("E-mail address", [Optional(), PlainText(most=254)])

    def validate_code(self, field: StringField) -> None:
        """It is a code as ours are; what is mistyped is told so."""
        try:
            self.typed = Typed(code=read_stop_code(field.data or ""))
        except NotACode as fault:
            raise ValidationError(str(fault)) from fault

    def validate_email(self, field: EmailField) -> None:
        """The address as we store it."""
        try:
            address = read_address(field.data or "")
        except NotAnAddress as fault:
            raise ValidationError(str(fault)) from fault
        if not self.code.errors:
            self.typed = Typed(code=self.typed.code, address=address)
