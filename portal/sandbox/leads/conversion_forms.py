"""The only place for the form that makes a lead a contact: the deal and the company, with twins for what looks real."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, HiddenField, SelectField, StringField
from wtforms.validators import ValidationError

from portal.sandbox.drives.days import offset_of, today
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import facts_of
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.twins import Swap, Twinned, Twins, Unclear
from portal.sandbox.leads.amounts import NotAnAmount, amount_of
from portal.sandbox.leads.changes import fingerprint
from portal.sandbox.leads.conversion import Entered, stage_of_deal
from portal.sandbox.leads.forms import MOST_NAME, MOST_STORED
from portal.sandbox.scenarios.order import derived
from portal.shared.spotting import spotted
from portal.shared.text import PlainText

MOST_YEARS = 10  # away from today that a deal can close
NO_PRODUCT = "None of the list"
_NEEDED = {"amount": "Type an amount", "close_on": "Pick a day"}


class ConversionForm(Form):
    """Once it is valid, `entered` is what may be stored, and `swaps` what took whose place."""

    company = StringField("Company", [PlainText(most=MOST_NAME)])
    title = StringField("Title of the deal", [PlainText(most=MOST_NAME)])
    product = SelectField("Product", validate_choice=False)
    amount = StringField("Amount", [PlainText(most=40)], render_kw={"inputmode": "decimal"})
    close_on = StringField("Likely close", [PlainText(most=10)], render_kw={"type": "date"})
    fingerprint = HiddenField()

    drive: Drive
    lead: Lead
    twins: Twins
    texts: dict[str, Twinned]
    numbers: dict[str, int | None]

    def validate_company(self, field: StringField) -> None:
        """A company is free text, which stands beside the lead's name."""
        self._keep(field, self.twins.of_text)
        lead = self.lead._replace(company=self.texts["company"].text)
        stood = derived(name=lead.name, company=lead.company, email=lead.email, phone=lead.phone, stage="", stages=[""])
        if not all(found.is_reserved for found in spotted(str(stood["sought"]))):
            raise ValidationError("With the name beside it this reads like somebody’s number. Reword it.")

    def validate_title(self, field: StringField) -> None:
        """A title has something to see in it."""
        if not (field.data or "").strip():
            raise ValidationError("Type what the deal is about.")
        self._keep(field, self.twins.of_text)

    def validate_product(self, field: SelectField) -> None:
        """One of what the business sells, or none."""
        if field.data not in ("", *products_of(self.drive)):
            raise ValidationError("Pick one of the products.")

    def validate_amount(self, field: StringField) -> None:
        """An amount of the drive's currency, or nothing."""
        try:
            self.numbers["amount"] = amount_of(field.data or "")
        except NotAnAmount as fault:
            raise ValidationError(str(fault)) from fault

    def validate_close_on(self, field: StringField) -> None:
        """A day, or nothing."""
        typed = (field.data or "").strip()
        try:
            on = date.fromisoformat(typed) if typed else None
        except ValueError as fault:
            raise ValidationError("Type a date such as 2026-03-31.") from fault
        if on and abs(on.year - today(self.drive).year) > MOST_YEARS:
            raise ValidationError(f"Type a date within {MOST_YEARS} years.")
        self.numbers["close_on"] = offset_of(self.drive, on) if on else None

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Each field, then what the stage that the deal begins on asks for."""
        is_valid = super().validate(extra_validators)
        stage = stage_of_deal(self.drive, self.lead)
        for name in stage.needs:
            if name in _NEEDED and not self[name].errors and self.numbers[name] is None:
                self[name].errors = [f"{_NEEDED[name]}: a deal on {stage.name} has one."]
                is_valid = False
        return is_valid

    @property
    def entered(self) -> Entered:
        """What may be stored."""
        return Entered(
            company=self.texts["company"].text,
            title=self.texts["title"].text,
            product=self.product.data,
            amount=self.numbers["amount"],
            close_on=self.numbers["close_on"],
        )

    @property
    def swaps(self) -> list[Swap]:
        """Every replacement."""
        return [swap for twinned in self.texts.values() for swap in twinned.swaps]

    def _keep(self, field: Field, twin: Callable[[str], Twinned]) -> None:
        self.texts[field.name] = Twinned("")
        typed = (field.data or "").strip()
        if field.errors or not typed:
            return
        try:
            twinned = twin(typed)
        except Unclear as fault:
            raise ValidationError(str(fault)) from fault
        if len(twinned.text) > MOST_STORED:
            raise ValidationError("Too long once invented twins took the place of what looked real. Shorten it.")
        self.texts[field.name] = twinned


def conversion_form(
    drive: Drive, lead: Lead, *, sent: MultiDict[str, str] | None = None, twins: Twins
) -> ConversionForm:
    """The form as the page shows it first, or as it was sent."""
    form = ConversionForm()
    form.drive, form.lead, form.twins, form.texts, form.numbers = drive, lead, twins, {}, {}
    form.product.choices = [("", NO_PRODUCT), *((name, name) for name in products_of(drive))]
    form.process(
        sent,
        data={"company": lead.company, "title": "", "product": "", "fingerprint": fingerprint(lead)},
    )
    return form


def products_of(drive: Drive) -> tuple[str, ...]:
    """What the business sells, by name."""
    return tuple(facts_of(drive).get("products", ()))
