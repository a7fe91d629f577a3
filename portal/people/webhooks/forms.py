"""The only place for the form that adds a webhook."""

from collections.abc import Callable

from wtforms import BooleanField, Form, URLField
from wtforms.validators import InputRequired, ValidationError

from portal.people.webhooks.models import Event
from portal.people.webhooks.target import TargetRefused, read_target
from portal.shared.text import PlainText

WORDS = {
    Event.CONFIRMED: "Somebody agreed, with their address and what for",
    Event.WITHDRAWN: "Somebody said no again, and what to",
    Event.SIGNED_UP: "A sign-up was confirmed, with all that it agreed to",
    Event.ERASED: "Somebody had everything about them erased",
}
FIELDS = {
    "confirmed": Event.CONFIRMED,
    "withdrawn": Event.WITHDRAWN,
    "signed_up": Event.SIGNED_UP,
    "erased": Event.ERASED,
}


class WebhookForm(Form):
    """Where to, and of what."""

    is_development = False

    url = URLField("Address", [InputRequired("Type the address that is to be told."), PlainText(most=500)])
    confirmed = BooleanField(WORDS[Event.CONFIRMED])
    withdrawn = BooleanField(WORDS[Event.WITHDRAWN])
    signed_up = BooleanField(WORDS[Event.SIGNED_UP])
    erased = BooleanField(WORDS[Event.ERASED])

    def validate_url(self, field: URLField) -> None:
        """The address leads out, and not in."""
        try:
            read_target(field.data or "", is_development=self.is_development)
        except TargetRefused as fault:
            raise ValidationError(str(fault)) from fault

    def validate_confirmed(self, field: BooleanField) -> None:
        """One event at least; and who hears of a yes hears of a no."""
        if not self.events:
            raise ValidationError("Choose at least one.")
        told = {Event.CONFIRMED, Event.SIGNED_UP} & set(self.events)
        if told and not {Event.WITHDRAWN, Event.ERASED} <= set(self.events):
            raise ValidationError("Who hears of a yes must hear of a no and of an erasure, too. Choose those as well.")

    @property
    def events(self) -> list[Event]:
        """What was chosen."""
        return [event for name, event in FIELDS.items() if self[name].data]


def read_form(data: object, *, is_development: bool) -> WebhookForm:
    """The form as it was sent, or empty with everything chosen."""
    form: Callable[..., WebhookForm] = WebhookForm
    read = form(data) if data is not None else form(data=dict.fromkeys(FIELDS, True))
    read.is_development = is_development
    return read
