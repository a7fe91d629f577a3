"""The only place for the forms of a deal: what was typed, checked, with twins in place of what looks real."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import Field, Form, HiddenField, SelectField, StringField
from wtforms.validators import ValidationError

from portal.sandbox.deals.changes import Entered
from portal.sandbox.deals.question import YOU, owners_of
from portal.sandbox.deals.wording import NEEDS, REASONS
from portal.sandbox.drives.days import day_in_words, day_of, offset_of, today
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import Stage, facts_of, stages_of
from portal.sandbox.drives.kinds import Deal
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.moving import stage_named
from portal.sandbox.drives.overlay import find_lead
from portal.sandbox.drives.twins import Swap, Twinned, Twins, Unclear
from portal.sandbox.leads.amounts import NotAnAmount, amount_of, amount_typed
from portal.sandbox.leads.changes import fingerprint
from portal.sandbox.leads.wording import money_in_words
from portal.shared.text import PlainText

MOST_TITLE = 120
MOST_STORED = 200  # of a title or a reason, in which a twin may be longer than what it replaced
MOST_YEARS = 10  # away from today that a deal can close


class FilledForm(Form):
    """What a stage may need of a deal: the fields that a card asks for when a move is refused."""

    amount = StringField("Amount", [PlainText(most=40)], render_kw={"inputmode": "decimal"})
    close_on = StringField("Close date", [PlainText(most=10)], render_kw={"type": "date"})
    reason = StringField("Reason", [PlainText(most=MOST_TITLE)])

    drive: Drive
    deal: Deal | None
    twins: Twins
    stored: dict[str, Any]
    swapped: list[Swap]

    def validate_amount(self, field: StringField) -> None:
        """An amount of the drive's currency, or nothing."""
        try:
            self.stored["amount"] = amount_of(field.data or "")
        except NotAnAmount as fault:
            raise ValidationError(str(fault)) from fault

    def validate_close_on(self, field: StringField) -> None:
        """A day, or nothing."""
        typed = (field.data or "").strip()
        now = today(self.drive)
        try:
            on = date.fromisoformat(typed) if typed else None
        except ValueError as fault:
            raise ValidationError("Type a date such as 2026-03-31.") from fault
        if on and abs(on.year - now.year) > MOST_YEARS:
            raise ValidationError(f"Type a date within {MOST_YEARS} years.")
        kept = self.deal.close_on if self.deal else None
        is_kept = on is not None and kept is not None and day_of(self.drive, kept) == on
        self.stored["close_on"] = kept if is_kept else None if on is None else offset_of(self.drive, on)

    def validate_reason(self, field: StringField) -> None:
        """Free text."""
        self._keep(field)

    @property
    def swaps(self) -> list[Swap]:
        """Every replacement."""
        return self.swapped

    def _keep(self, field: Field) -> None:
        typed = (field.data or "").strip()
        if field.errors:
            return
        try:
            twinned = self.twins.of_text(typed) if typed else Twinned("")
        except Unclear as fault:
            raise ValidationError(str(fault)) from fault
        if len(twinned.text) > MOST_STORED:
            raise ValidationError("Too long once invented twins took the place of what looked real. Shorten it.")
        self.stored[field.name] = twinned.text
        self.swapped += twinned.swaps


class DealForm(FilledForm):
    """The fields of a deal. Once it is valid, `entered` is what may be stored."""

    title = StringField("Title", [PlainText(most=MOST_TITLE)])
    product = SelectField("Product", validate_choice=False)
    owner = SelectField("Owner", validate_choice=False)
    stage = SelectField("Stage", validate_choice=False)
    lead = StringField("Lead", [PlainText(most=16)])
    fingerprint = HiddenField()

    found_lead: Lead | None

    def validate_title(self, field: StringField) -> None:
        """A title has something to see in it."""
        if not (field.data or "").strip():
            raise ValidationError("Type a title.")
        self._keep(field)

    def validate_product(self, field: SelectField) -> None:
        """One that the business sells, or none, or the one that the deal has."""
        if field.data not in _values(field):
            raise ValidationError("Pick one of the products.")

    def validate_owner(self, field: SelectField) -> None:
        """One of those who work here."""
        if field.data not in _values(field):
            raise ValidationError("Pick one of the owners.")

    def validate_stage(self, field: SelectField) -> None:
        """A new deal stands on a stage that is open."""
        if self.deal is None and field.data not in _values(field):
            raise ValidationError("Pick one of the open stages.")

    def validate_lead(self, _field: StringField) -> None:
        """A new deal belongs to a lead."""
        if self.deal is None and self.found_lead is None:
            raise ValidationError("Pick a lead. Search for one below.")

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Each field, then what the deal's stage needs of it."""
        if not super().validate(extra_validators):
            return False
        stage = stage_named(self.drive, self.deal.stage if self.deal else self.stage.data)
        lacks = [name for name in (stage.needs if stage else ()) if self.stored.get(name) in (None, "")]
        for name in lacks:
            self[name].errors = [*self[name].errors, f"A deal on {stage.name if stage else ''} needs {NEEDS[name]}."]
        return not lacks

    @property
    def entered(self) -> Entered:
        """What may be stored."""
        return Entered(
            title=self.stored["title"],
            product=self.product.data,
            amount=self.stored["amount"],
            close_on=self.stored["close_on"],
            owner=self.owner.data,
            reason=self.stored["reason"],
        )

    def differences(self, deal: Deal) -> list[tuple[str, str]]:
        """Where the form and the deal differ: the field, and what is stored."""
        entered = vars(self.entered)
        return [
            (self[name].label.text, in_words(self.drive, deal, name))
            for name, value in entered.items()
            if value != getattr(deal, name)
        ]


def in_words(drive: Drive, deal: Deal, name: str) -> str:
    """A column of a deal as a page says it."""
    value = getattr(deal, name)
    if name == "amount":
        return money_in_words(value, drive.currency)
    if name == "close_on":
        return "" if value is None else day_in_words(day_of(drive, value), seen_from=today(drive))
    return str(value)


def shown_form(drive: Drive, deal: Deal | None, *, lead: Lead | None = None) -> DealForm:
    """The form as a page shows it first."""
    return _form(drive, deal, lead, sent=None)


def sent_form(db: Session, drive: Drive, deal: Deal | None, *, sent: MultiDict[str, str], twins: Twins) -> DealForm:
    """The form as it was sent; a field left out keeps what the deal has."""
    lead = None if deal else find_lead(db, drive, sent.get("lead", ""))
    form = _form(drive, deal, lead, sent=sent)
    form.twins, form.stored, form.swapped = twins, {}, []
    return form


def filled_form(drive: Drive, deal: Deal, *, sent: MultiDict[str, str], twins: Twins) -> FilledForm:
    """What was filled in on the way to another stage; a field left out keeps what the deal has."""
    form = FilledForm()
    form.drive, form.deal, form.twins, form.stored, form.swapped = drive, deal, twins, {}, []
    form.process(sent, data=_known(drive, deal))
    return form


def empty_filled(drive: Drive, deal: Deal) -> FilledForm:
    """The fields of a refusal before anybody typed."""
    form = FilledForm()
    form.drive, form.deal = drive, deal
    form.process(None, data=_known(drive, deal))
    return form


def reasons_of(drive: Drive, stage: Stage) -> Sequence[str]:
    """What to pick from where a deal is won or lost."""
    found = facts_of(drive).get("reasons", {})
    named = found.get(stage.step) if isinstance(found, Mapping) else None
    return tuple(named) if named else REASONS.get(stage.step, ())


def _form(drive: Drive, deal: Deal | None, lead: Lead | None, *, sent: MultiDict[str, str] | None) -> DealForm:
    form = DealForm()
    form.drive, form.deal, form.found_lead = drive, deal, lead
    products = dict.fromkeys(filter(None, [*facts_of(drive).get("products", ()), deal.product if deal else ""]))
    owners = dict.fromkeys(filter(None, [*owners_of(drive), deal.owner if deal else ""]))
    form.product.choices = [("", "None of the list"), *((name, name) for name in products)]
    form.owner.choices = [(name, name) for name in owners]
    form.stage.choices = [(stage.name, stage.name) for stage in stages_of(drive) if stage.is_open]
    form.process(sent, data=_known(drive, deal) if deal else _blank(drive, lead))
    return form


def _values(field: SelectField) -> list[str]:
    return [str(choice[0]) for choice in field.choices or ()]


def _known(drive: Drive, deal: Deal) -> dict[str, object]:
    return deal._asdict() | {
        "amount": amount_typed(deal.amount),
        "close_on": "" if deal.close_on is None else day_of(drive, deal.close_on).isoformat(),
        "fingerprint": fingerprint(deal),
        "lead": deal.lead_id,
    }


def _blank(drive: Drive, lead: Lead | None) -> dict[str, object]:
    on = stage_named(drive, lead.stage) if lead else None
    first = next(stage.name for stage in stages_of(drive) if stage.is_open)
    return {
        "stage": on.name if on and on.is_open else first,
        "owner": lead.owner if lead and lead.owner in owners_of(drive) else YOU,
        "product": "",
        "lead": lead.id if lead else "",
    }
