"""The only place for the form of a lead: what was typed, checked, with twins in place of what looks real."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.twins import NotAnAddress, NotANumber, Swap, Twinned, Twins, Unclear
from portal.sandbox.leads.changes import Entered, fingerprint
from portal.sandbox.leads.wording import phone_in_words
from portal.sandbox.scenarios.order import derived
from portal.shared.spotting import spotted
from portal.shared.text import PlainText

MOST_NAME = 120
MOST_NOTE = 4_000
MOST_STORED = 200  # of a name or a company, in which a twin may be longer than what it replaced


class LeadForm(Form):
    """The fields of a lead. Once it is valid, `entered` is what may be stored, and `swaps` what took whose place."""

    name = StringField("Name", [PlainText(most=MOST_NAME)])
    company = StringField("Company", [PlainText(most=MOST_NAME)])
    email = StringField("E-mail", [PlainText(most=254)], render_kw={"inputmode": "email"})
    phone = StringField("Phone", [PlainText(most=40)], render_kw={"inputmode": "tel"})
    stage = SelectField("Stage", validate_choice=False)
    note = TextAreaField("Note", [PlainText(most=MOST_NOTE, lines=True)])
    fingerprint = HiddenField()

    stages: Sequence[str]
    twins: Twins
    stored: dict[str, Twinned]

    def validate_name(self, field: StringField) -> None:
        """A name has something to see in it."""
        if not (field.data or "").strip():
            raise ValidationError("Type a name.")
        self._keep(field, self.twins.of_text, most=MOST_STORED)

    def validate_company(self, field: StringField) -> None:
        """A company is free text too."""
        self._keep(field, self.twins.of_text, most=MOST_STORED)

    def validate_email(self, field: StringField) -> None:
        """An address, real or invented, or nothing."""
        self._keep(field, self.twins.of_email)

    def validate_phone(self, field: StringField) -> None:
        """A number, real or invented, or nothing."""
        self._keep(field, self.twins.of_phone)

    def validate_stage(self, field: SelectField) -> None:
        """One of the pipeline's stages."""
        if field.data not in self.stages:
            raise ValidationError("Pick one of the stages.")

    def validate_note(self, field: TextAreaField) -> None:
        """A note is free text."""
        self._keep(field, self.twins.of_text)

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Each field, then what is stored side by side: in the history, and in what the search reads."""
        if not super().validate(extra_validators):
            return False
        entered = self.entered
        sought = derived(
            name=entered.name,
            company=entered.company,
            email=entered.email,
            phone=entered.phone,
            stage=entered.stage,
            stages=self.stages,
        )["sought"]
        found = [*spotted(f"phone of {entered.name}"), *spotted(str(sought))]
        if all(one.is_reserved for one in found):
            return True
        self.name.errors = [
            *self.name.errors,
            "With what stands beside it this reads like somebody’s number. Reword it.",
        ]
        return False

    @property
    def entered(self) -> Entered:
        """What may be stored."""
        return Entered(
            name=self.stored["name"].text,
            company=self.stored["company"].text,
            email=self.stored["email"].text or None,
            phone=self.stored["phone"].text or None,
            stage=self.stage.data,
            note=self.stored["note"].text,
        )

    @property
    def swaps(self) -> list[Swap]:
        """Every replacement, in the order of the fields."""
        return [swap for twinned in self.stored.values() for swap in twinned.swaps]

    def differences(self, lead: Lead) -> list[tuple[str, str]]:
        """Where the form and the lead differ: the field, and what is stored."""
        stored = lead._asdict() | {"phone": phone_in_words(lead.phone)}
        return [
            (self[name].label.text, stored[name] or "")
            for name in ("name", "company", "email", "phone", "stage")
            if getattr(self.entered, name) != getattr(lead, name)
        ]

    def _keep(self, field: Field, twin: Callable[[str], Twinned], *, most: int | None = None) -> None:
        typed = (field.data or "").strip()
        if field.errors:
            return
        try:
            twinned = twin(typed) if typed else Twinned("")
        except (NotAnAddress, NotANumber, Unclear) as fault:
            raise ValidationError(str(fault)) from fault
        if most is not None and len(twinned.text) > most:
            raise ValidationError("Too long once invented twins took the place of what looked real. Shorten it.")
        self.stored[field.name] = twinned


def shown_form(lead: Lead | None, *, stages: Sequence[str]) -> LeadForm:
    """The form as a page shows it first."""
    form = LeadForm()
    form.stages = stages
    form.stage.choices = [(name, name) for name in stages]
    form.process(None, data=_known(lead, stages))
    return form


def sent_form(sent: MultiDict[str, str], lead: Lead | None, *, stages: Sequence[str], twins: Twins) -> LeadForm:
    """The form as it was sent; a field left out keeps what the lead has."""
    form = shown_form(lead, stages=stages)
    form.process(sent, data=_known(lead, stages))
    form.twins, form.stored = twins, {}
    return form


def _known(lead: Lead | None, stages: Sequence[str]) -> dict[str, object]:
    if lead is None:
        return {"stage": stages[0]}
    return lead._asdict() | {"phone": phone_in_words(lead.phone), "fingerprint": fingerprint(lead)}
