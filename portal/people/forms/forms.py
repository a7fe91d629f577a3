"""The only place for the sign-up form: a name, an address, and one box for each purpose of the notice."""

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, EmailField, Form, HiddenField, StringField
from wtforms.validators import InputRequired, ValidationError

from portal.people.consent.notices import Purpose, Wording
from portal.people.messages.addresses import NotAnAddress, read_address
from portal.shared.text import PlainText


class SignUpForm(Form):
    """What a visitor types; the boxes are added for a notice by the functions below.

    `notice` only tells whether the page was older than the words we would record. What was shown, the server knows.
    """

    wording: Wording
    address = ""
    is_outdated = False

    name = StringField("Your name", [InputRequired("Type your name."), PlainText(most=200)])
    email = EmailField("E-mail address", [InputRequired("Type your e-mail address."), PlainText(most=254)])
    notice = HiddenField()

    def validate_name(self, field: StringField) -> None:
        """A name has something to see in it."""
        if not (field.data or "").strip():
            raise ValidationError("Type your name.")

    def validate_email(self, field: EmailField) -> None:
        """The address is one that mail can be sent to; `address` then holds it as we store it."""
        try:
            self.address = read_address(field.data or "")
        except NotAnAddress as fault:
            raise ValidationError(str(fault)) from fault

    @property
    def ticked(self) -> tuple[Purpose, ...]:
        """The purposes whose box is ticked."""
        return tuple(purpose for purpose in self.wording.purposes if self[purpose.box].data)

    def refusal(self) -> int | None:
        """The status under which the form goes back to whoever sent it, or None where it is in order."""
        if not self.validate():
            return 422
        if self.ticked and self.notice.data != self.wording.digest:
            self._show_current_words()
            return 409
        return None

    def _show_current_words(self) -> None:
        self.is_outdated = True
        self.notice.data = self.wording.digest
        for purpose in self.wording.purposes:
            self[purpose.box].data = False


class Box(BooleanField):
    """A box that counts as ticked only by a value that says so; consent is never guessed from another."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        value = valuelist[0].lower() if valuelist else ""
        self.data = value in _TICKED
        if not self.data and value not in _NOT_TICKED:
            raise ValueError("We could not read this box. Tick it, or leave it empty.")


def empty_form(wording: Wording) -> SignUpForm:
    """The form as a page shows it first: nothing typed, every box off."""
    form = _form_class(wording)()
    form.notice.data = wording.digest
    return form


def read_form(wording: Wording, sent: MultiDict[str, str]) -> SignUpForm:
    """The form as it was sent."""
    return _form_class(wording)(sent)


def _form_class(wording: Wording) -> type[SignUpForm]:
    boxes = {purpose.box: Box(purpose.title) for purpose in wording.purposes}
    return type("SignUpFormWithBoxes", (SignUpForm,), {"wording": wording, **boxes})


_TICKED = {"yes", "on", "y", "true", "1"}
_NOT_TICKED = {"", "no", "off", "n", "false", "0"}
