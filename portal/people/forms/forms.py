"""The only place for the sign-up form: a name, an address, what else the form asks, one box for each purpose."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, EmailField, Form, HiddenField, StringField, TelField, TextAreaField
from wtforms.validators import InputRequired, Optional, ValidationError

from portal.people.consent.notices import Purpose, Wording
from portal.people.forms.catalog import FormField, WrittenForm
from portal.people.messages.addresses import NotAnAddress, read_address
from portal.shared.reserved import is_real_phone, normal_phone
from portal.shared.text import PlainText


class SignUpForm(Form):
    """What a visitor types; boxes and other fields are added for a notice and a form by the functions below.

    `notice` only tells whether the page was older than the words we would record. What was shown, the server knows.
    `website` is a trap for programs that fill in everything; people do not see it. `altcha` holds a browser's proof.
    `reword` is sent by the buttons that show the form in other words.
    """

    wording: Wording
    boxes: tuple[Purpose, ...]
    asked: tuple[FormField, ...] = ()
    address = ""
    is_outdated = False

    name = StringField("Your name", [InputRequired("Type your name."), PlainText(most=200)])
    email = EmailField("E-mail address", [InputRequired("Type your e-mail address."), PlainText(most=254)])
    notice = HiddenField()
    altcha = HiddenField()
    reword = HiddenField()
    website = StringField("Website")

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

    def validate_website(self, field: StringField) -> None:
        """Only a program fills this in, or a browser's helper; a person is told what to do."""
        if field.data:
            raise ValidationError("Empty this field, which only programs fill in, and press the button again.")

    @property
    def ticked(self) -> tuple[Purpose, ...]:
        """The purposes whose box is ticked."""
        return tuple(purpose for purpose in self.boxes if self[purpose.box].data)

    @property
    def answers(self) -> dict[str, str]:
        """What was told in the other fields."""
        return {field.name: (self[field.name].data or "").strip() for field in self.asked}

    def refusal(self) -> int | None:
        """The status under which the form goes back to whoever sent it, or None where it is in order.

        200 where other words were asked for: what was typed stays, the boxes are empty, and nothing was refused.
        """
        if self.reword.data:
            self._begin_with_current_words()
            return 200
        if not self.validate():
            return 422
        if self.ticked and self.notice.data != self.wording.digest:
            self.is_outdated = True
            self._begin_with_current_words()
            return 409
        return None

    def _begin_with_current_words(self) -> None:
        self.notice.data = self.wording.digest
        for purpose in self.boxes:
            self[purpose.box].data = False


class Box(BooleanField):
    """A box that counts as ticked only by a value that says so; consent is never guessed from another."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        value = valuelist[0].lower() if valuelist else ""
        self.data = value in _TICKED
        if not self.data and value not in _NOT_TICKED:
            raise ValueError("We could not read this box. Tick it, or leave it empty.")


class RealPhone:
    """A WTForms validator: a number that could ring somewhere; it is stored in E.164."""

    def __call__(self, form: Form, field: TelField) -> None:
        number = normal_phone(field.data or "")
        if number is None:
            raise ValidationError("Write the number with its country, like +1 and ten digits.")
        if not is_real_phone(number):
            raise ValidationError("Nobody can have this number: it is set aside. Type one that reaches you.")
        field.data = number


def empty_form(wording: Wording, *, written: WrittenForm | None = None) -> SignUpForm:
    """The form as a page shows it first: nothing typed, every box off."""
    form = _form_class(wording, written)()
    form.notice.data = wording.digest
    return form


def read_form(wording: Wording, sent: MultiDict[str, str], *, written: WrittenForm | None = None) -> SignUpForm:
    """The form as it was sent."""
    return _form_class(wording, written)(sent)


def label_of(name: str) -> str:
    """What stands over a field."""
    return {"name": "Your name", "email": "E-mail address"}.get(name) or _OTHER_FIELDS[name][1]


@lru_cache(maxsize=100)
def _form_class(wording: Wording, written: WrittenForm | None) -> type[SignUpForm]:
    purposes = wording.purposes if written is None else written.boxes(wording)
    asked = () if written is None else tuple(field for field in written.fields if field.name in _OTHER_FIELDS)
    boxes = {purpose.box: Box(purpose.title) for purpose in purposes}
    others = {field.name: _other_field(field) for field in asked}
    parts = {"wording": wording, "boxes": purposes, "asked": asked}
    return type("SignUpFormWithBoxes", (SignUpForm,), parts | boxes | others)


def _other_field(asked: FormField) -> StringField:
    make, label, checks = _OTHER_FIELDS[asked.name]
    first = InputRequired(f"{label}: this form cannot do without it.") if asked.needed else Optional()
    found: StringField = make(label, [first, *checks])
    return found


_OTHER_FIELDS: dict[str, tuple[Any, str, list[Any]]] = {
    "company": (StringField, "Where you work", [PlainText(most=200)]),
    "phone": (TelField, "Telephone", [PlainText(most=40), RealPhone()]),
    "postal_address": (TextAreaField, "Postal address", [PlainText(most=500, lines=True)]),
}
_TICKED = {"yes", "on", "y", "true", "1"}
_NOT_TICKED = {"", "no", "off", "n", "false", "0"}
