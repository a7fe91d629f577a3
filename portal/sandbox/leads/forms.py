"""The only place for the form of a lead: what was typed, checked, with twins in place of what looks real."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import facts_of, stages_of
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.twins import NotAnAddress, NotANumber, Swap, Twinned, Twins, Unclear
from portal.sandbox.leads.changes import YOU, Call, Entered, fingerprint
from portal.sandbox.leads.wording import phone_in_words
from portal.sandbox.scenarios.order import derived
from portal.shared.spotting import spotted
from portal.shared.text import PlainText

MOST_NAME = 120
MOST_ROLE = 60
MOST_NOTE = 4_000
MOST_MINUTES = 600
MOST_STORED = 200  # of a name or a company, in which a twin may be longer than what it replaced
MOST_STORED_ROLE = 100

FIELDS = ("name", "role", "company", "email", "phone", "stage", "owner", "source")  # as a page shows them


class LeadForm(Form):
    """The fields of a lead. Once it is valid, `entered` is what may be stored, and `swaps` what took whose place."""

    name = StringField("Name", [PlainText(most=MOST_NAME)])
    role = StringField("Role", [PlainText(most=MOST_ROLE)])
    company = StringField("Company", [PlainText(most=MOST_NAME)])
    email = StringField("E-mail", [PlainText(most=254)], render_kw={"inputmode": "email"})
    phone = StringField("Phone", [PlainText(most=40)], render_kw={"inputmode": "tel"})
    stage = SelectField("Stage", validate_choice=False)
    owner = SelectField("Owner", validate_choice=False)
    source = SelectField("Source", validate_choice=False)
    note = TextAreaField("Note", [PlainText(most=MOST_NOTE, lines=True)])
    fingerprint = HiddenField()

    stages: Sequence[str]
    owners: Sequence[str]
    sources: Sequence[str]
    twins: Twins
    stored: dict[str, Twinned]

    def validate_name(self, field: StringField) -> None:
        """A name has something to see in it."""
        if not (field.data or "").strip():
            raise ValidationError("Type a name.")
        self._keep(field, self.twins.of_text, most=MOST_STORED)

    def validate_role(self, field: StringField) -> None:
        """So is what somebody does."""
        self._keep(field, self.twins.of_text, most=MOST_STORED_ROLE)

    def validate_company(self, field: StringField) -> None:
        """A company is free text."""
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

    def validate_owner(self, field: SelectField) -> None:
        """One of those who work here, the visitor among them."""
        if field.data not in self.owners:
            raise ValidationError("Pick one of the owners.")

    def validate_source(self, field: SelectField) -> None:
        """One of the ways that leads come in."""
        if field.data not in self.sources:
            raise ValidationError("Pick one of the sources.")

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
            role=self.stored["role"].text,
            company=self.stored["company"].text,
            email=self.stored["email"].text or None,
            phone=self.stored["phone"].text or None,
            stage=self.stage.data,
            owner=self.owner.data,
            source=self.source.data,
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
            for name in FIELDS
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


class CallForm(Form):
    """The fields of a call. Once it is valid, `call` is what may be stored, and `swaps` what took whose place."""

    minutes = StringField("Minutes", [PlainText(most=10)], render_kw={"inputmode": "numeric"})
    said = TextAreaField("What was said", [PlainText(most=MOST_NOTE, lines=True)])

    twins: Twins
    call: Call
    swaps: Sequence[Swap] = ()

    def validate_minutes(self, field: StringField) -> None:
        """A whole number; empty or 0 where nobody answered."""
        typed = (field.data or "").strip() or "0"
        if not (typed.isascii() and typed.isdigit() and int(typed) <= MOST_MINUTES):
            raise ValidationError(f"Type a whole number up to {MOST_MINUTES}, or nothing where nobody answered.")
        self.call = Call(int(typed), "")

    def validate_said(self, field: TextAreaField) -> None:
        """Free text, as a note is."""
        try:
            said = self.twins.of_text((field.data or "").strip())
        except Unclear as fault:
            raise ValidationError(str(fault)) from fault
        self.swaps = said.swaps
        if not self.minutes.errors:
            self.call = self.call._replace(said=said.text)


def call_form(sent: MultiDict[str, str] | None = None, *, twins: Twins | None = None) -> CallForm:
    """The form of a call, as it is shown or as it was sent."""
    form = CallForm(sent)
    if twins is not None:
        form.twins = twins
    return form


def shown_form(drive: Drive, lead: Lead | None) -> LeadForm:
    """The form as a page shows it first."""
    form = LeadForm()
    form.stages = [stage.name for stage in stages_of(drive)]
    form.owners = _choices(*facts_of(drive)["owners"], YOU, lead.owner if lead else "")
    form.sources = _choices(*facts_of(drive)["sources"], YOU, lead.source if lead else "")
    for field, values in ((form.stage, form.stages), (form.owner, form.owners), (form.source, form.sources)):
        field.choices = [(value, value) for value in values]
    form.process(None, data=_known(form, lead))
    return form


def sent_form(sent: MultiDict[str, str], drive: Drive, lead: Lead | None, *, twins: Twins) -> LeadForm:
    """The form as it was sent; a field left out keeps what the lead has."""
    form = shown_form(drive, lead)
    form.process(sent, data=_known(form, lead))
    form.twins, form.stored = twins, {}
    return form


def _choices(*values: str) -> list[str]:
    """Each value once; what a lead has already stays a choice."""
    return [value for value in dict.fromkeys(values) if value]


def _known(form: LeadForm, lead: Lead | None) -> dict[str, object]:
    if lead is None:
        return {"stage": form.stages[0], "owner": YOU, "source": YOU}
    return lead._asdict() | {"phone": phone_in_words(lead.phone), "fingerprint": fingerprint(lead)}
