"""The only place for the form of a task: what was typed, checked, with twins in place of what looks real."""

from collections.abc import Collection, Sequence
from datetime import date

from werkzeug.datastructures import MultiDict
from wtforms import Form, HiddenField, SelectField, StringField
from wtforms.validators import ValidationError

from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import facts_of, moment
from portal.sandbox.drives.kinds import Task
from portal.sandbox.drives.twins import Swap, Twinned, Twins, Unclear
from portal.sandbox.leads.agenda import KINDS, day_in_words
from portal.sandbox.leads.changes import YOU, fingerprint
from portal.sandbox.tasks.changes import Entered
from portal.sandbox.tasks.due import NotADay, read_day
from portal.shared.spotting import spotted
from portal.shared.text import PlainText

MOST_WORDS = 200
MOST_STORED = 250  # in which a twin may be longer than what it replaced


class TaskForm(Form):
    """The fields of a task. Once it is valid, `entered` is what may be stored, and `swaps` what took whose place."""

    words = StringField("What to do", [PlainText(most=MOST_WORDS)])
    kind = SelectField("Kind", validate_choice=False)
    due = StringField("Due", [PlainText(most=40)])
    owner = SelectField("Owner", validate_choice=False)
    lead_id = HiddenField("Lead", [PlainText(most=16)])
    fingerprint = HiddenField()

    owners: Collection[str]
    today: date
    twins: Twins
    stored: Twinned = Twinned("")
    on: date

    def validate_words(self, field: StringField) -> None:
        """Free text with something to see in it."""
        if field.errors:
            return
        try:
            self.stored = self.twins.of_text(" ".join((field.data or "").split()))
        except Unclear as fault:
            raise ValidationError(str(fault)) from fault
        if not self.stored.text:
            raise ValidationError("Type what there is to do.")
        if len(self.stored.text) > MOST_STORED:
            raise ValidationError("Too long once invented twins took the place of what looked real. Shorten it.")
        if any(not found.is_reserved for found in spotted(f"Done: {self.stored.text}")):
            raise ValidationError("This reads like somebody’s number. Reword it.")

    def validate_kind(self, field: SelectField) -> None:
        """One of the kinds."""
        if field.data not in KINDS:
            raise ValidationError("Pick one of the kinds.")

    def validate_due(self, field: StringField) -> None:
        """A day, in one of the ways that people say one."""
        if field.errors:
            return
        try:
            self.on = read_day(field.data or "", today=self.today)
        except NotADay as fault:
            raise ValidationError(str(fault)) from fault

    def validate_owner(self, field: SelectField) -> None:
        """One of those who work here, the visitor among them."""
        if field.data not in self.owners:
            raise ValidationError("Pick one of the owners.")

    @property
    def entered(self) -> Entered:
        """What may be stored."""
        return Entered(self.stored.text, self.kind.data, self.owner.data, self.on, self.lead_id.data or None)

    @property
    def swaps(self) -> Sequence[Swap]:
        """Every replacement."""
        return self.stored.swaps

    def differences(self, drive: Drive, task: Task) -> list[tuple[str, str]]:
        """Where the form and the task differ: the field, and what is stored."""
        on = moment(drive, task.due_at).date()
        told = [
            (self.words, self.stored.text, task.words, task.words),
            (self.kind, self.kind.data, task.kind, KINDS.get(task.kind, task.kind)),
            (self.due, self.on, on, day_in_words(on, self.today)),
            (self.owner, self.owner.data, task.owner, task.owner),
        ]
        differences = [(field.label.text, words) for field, mine, stored, words in told if mine != stored]
        return [*differences, *([("Done", "yes")] if task.done_at is not None else [])]


def task_form(
    drive: Drive,
    task: Task | None = None,
    *,
    sent: MultiDict[str, str] | None = None,
    lead_id: str = "",
    twins: Twins | None = None,
) -> TaskForm:
    """The form as a page shows it first, or as it was `sent`; a field left out keeps what the task has."""
    form = TaskForm()
    form.today = moment(drive, drive.clock).date()
    owners = [*facts_of(drive)["owners"], YOU, *([task.owner] if task else [])]
    form.owners = list(dict.fromkeys(owners))
    form.kind.choices = list(KINDS.items())
    form.owner.choices = [(owner, owner) for owner in form.owners]
    known: dict[str, str | None] = {"kind": "other", "due": "tomorrow", "owner": YOU, "lead_id": lead_id}
    if task is not None:
        due = moment(drive, task.due_at).date().isoformat()
        known = {"words": task.words, "kind": task.kind, "due": due, "owner": task.owner, "lead_id": task.lead_id}
        known["fingerprint"] = fingerprint(task)
    form.process(sent, data=known)
    if twins is not None:
        form.twins = twins
    return form
