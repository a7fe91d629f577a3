"""The only place for the form of a view: its name, with twins in place of what looks real."""

from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField, StringField
from wtforms.validators import ValidationError

from portal.sandbox.drives.twins import Swap, Twinned, Twins, Unclear
from portal.shared.text import PlainText

MOST_VIEW_NAME = 60
MOST_STORED_VIEW_NAME = 100  # a twin may be longer than what it replaced


class ViewForm(Form):
    """The name of a view, and the query of the list that it keeps. Once valid, `entered` is what may be stored."""

    name = StringField("Name", [PlainText(most=MOST_VIEW_NAME)])
    list = HiddenField()

    twins: Twins
    twinned: Twinned

    def validate_name(self, field: StringField) -> None:
        """A name has something to see in it, and is free text."""
        typed = (field.data or "").strip()
        if not typed:
            raise ValidationError("Type a name.")
        if field.errors:
            return
        try:
            self.twinned = self.twins.of_text(typed)
        except Unclear as fault:
            raise ValidationError(str(fault)) from fault
        if len(self.twinned.text) > MOST_STORED_VIEW_NAME:
            raise ValidationError("Too long once invented twins took the place of what looked real. Shorten it.")

    @property
    def entered(self) -> str:
        """The name that may be stored."""
        return self.twinned.text

    @property
    def swaps(self) -> tuple[Swap, ...]:
        """What took the place of what looked real."""
        return self.twinned.swaps


def shown_view_form(query: str, *, name: str = "") -> ViewForm:
    """The form as a page shows it first."""
    return ViewForm(data={"name": name, "list": query})


def sent_view_form(sent: MultiDict[str, str], *, twins: Twins) -> ViewForm:
    """The form as it was sent."""
    form: Any = ViewForm(sent)
    form.twins = twins
    checked: ViewForm = form
    return checked
