"""The only place for names that a visitor gives to what they keep: short, on one line, with nobody real."""

from wtforms import Form, StringField
from wtforms.validators import ValidationError

from portal.sandbox.drives.twins import Twinned, Twins, Unclear
from portal.shared.text import NotText, PlainText, checked_text

MOST_NAME = 60
MOST_STORED = 100  # a twin may be longer than what it replaced


class NotAName(ValueError):
    """What was typed cannot be a name; the message says what to do."""


def checked_name(typed: str, *, twins: Twins) -> Twinned:
    """A name as it may be stored, and what a twin took the place of in it; empty where nothing was typed."""
    try:
        twinned = twins.of_text(" ".join(checked_text(typed, most=MOST_NAME).split()))
    except (NotText, Unclear) as fault:
        raise NotAName(str(fault)) from fault
    if len(twinned.text) > MOST_STORED:
        raise NotAName("This is too long once an invented twin stands in it. Shorten it.")
    return twinned


class NamedForm(Form):
    """The name of something that cannot be without one. Once valid, `twinned` is what may be stored."""

    name = StringField("Name", [PlainText(most=MOST_NAME)])

    twins: Twins
    twinned: Twinned

    def validate_name(self, field: StringField) -> None:
        """A name has something to see in it, and is free text."""
        if not (field.data or "").strip():
            raise ValidationError("Type a name.")
        if field.errors:
            return
        try:
            self.twinned = checked_name(field.data or "", twins=self.twins)
        except NotAName as fault:
            raise ValidationError(str(fault)) from fault
