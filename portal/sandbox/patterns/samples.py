"""The only place for what the components of the patterns page show: invented, and as odd as what they must hold."""

import json
from datetime import datetime, timedelta

from werkzeug.datastructures import MultiDict

from portal.sandbox.deals.cards import Card, moves_of
from portal.sandbox.deals.drawing import Bar as OutlookBar
from portal.sandbox.deals.drawing import Part
from portal.sandbox.deals.forms import FilledForm
from portal.sandbox.deals.wording import Refusal, refusal_of
from portal.sandbox.drives.activities import Entry
from portal.sandbox.drives.drive import Drive
from portal.sandbox.drives.frame import Frame, Stage
from portal.sandbox.drives.kinds import Deal, Task, View
from portal.sandbox.drives.lead import Lead, blank_lead
from portal.sandbox.drives.overlay import Options
from portal.sandbox.drives.own_columns import OwnColumn
from portal.sandbox.drives.twins import Twins
from portal.sandbox.leads.agenda import Todo, as_todo
from portal.sandbox.leads.counting import Tab
from portal.sandbox.leads.forms import LeadForm, sent_form
from portal.sandbox.leads.history import Line
from portal.sandbox.leads.own import Box
from portal.sandbox.leads.stake import Stake
from portal.sandbox.reports.report import Bar, Cell, Chart, Column, Heat, Pair, Report, Table

MARKS = ("new", "contacted", "qualified", "proposal", "won", "lost")
STAGES = tuple(mark.capitalize() for mark in MARKS)
TAGS = ["Fleet", "Net 30", "Needs a second bicycle", "VIP"]
HOUR, DAY = 3600, 86_400

OWN_BOXES = (
    Box(OwnColumn("text-1", "Delivery note", "text"), "Ring twice"),
    Box(OwnColumn("choice-2", "Region", "choice"), "North", ("", "North", "South")),
    Box(OwnColumn("number-3", "Wheels", "number"), "two", problem="Write a number, like 12.5."),
)

OPTIONS = Options(STAGES, tuple(TAGS), ("Ines Okafor",), ("Web form",), ("Buyer",), ("call", "note"))

# What the last act may say, as the session carries it: a kind, and its words.
TOLD = [
    ("done", "Changed Nerys Holloway"),
    ("word", "Tick some leads first, then choose what to do with them."),
    ("undone", "Deleted Nerys Holloway"),
    ("nothing-to-undo", ""),
    ("redone", "Deleted Nerys Holloway"),
    ("nothing-to-redo", ""),
    ("travelled", "3 acts taken back. They stay in the history until you do something new"),
    ("forked", "What if we called twice"),
    ("checkpoint", "Before the big cleanup"),
    ("checkpoint-dropped", "Before the big cleanup"),
    ("shared", "Before the big cleanup"),
    ("withdrawn", "Before the big cleanup"),
    ("named", "What if we called twice"),
    ("kept", "December 9"),
    ("reset", "Fernhollow Cycles"),
    ("nothing-to-reset", "Fernhollow Cycles"),
]
PICKED = {
    "count": 4,
    "elsewhere": 4,
    "is_all": False,
    "is_all_here": False,
    "address": "/leads",
    "shown": "",
    "list": "/leads",
}
TWINS = [("twin", "email\nn•••@•••.net\nnerys.4f21@org-19.invalid"), ("twin", "phone\n+1 503 •••\n+1 503 555 0142")]

ENTRIES = [
    Entry("7", DAY, 0, "task", "Planned: the spring letter", "", "Tobias Rehn"),
    Entry("6", -HOUR // 2, 7, "note", "Note", "# Plan\n\n- **two** racks\n- `wait`\n\n> said she\n\n1. one", "You"),
    Entry("5", -HOUR, 0, "call", "Rang back", "Wants the blue one, if it comes with mudguards.", "Ines Okafor"),
    Entry("4", -2 * HOUR, 0, "opened", "Opened: Your quote", "", "lead"),
    Entry("3", -DAY, 0, "sent", "Your quote", "Dear Nerys,\nhere it is.", "Tobias Rehn"),
    Entry("2", -40 * DAY, 0, "moved", "Moved to Proposal", "", "Tobias Rehn"),
    Entry("1", -400 * DAY, 0, "came_in", "Came in by the web form", "", "lead"),
]


def sample_drive(now: datetime) -> Drive:
    """A drive that nobody started."""
    return Drive(
        id=0,
        public_id="patterns",
        epoch=now,
        clock=0,
        started_at=now - timedelta(days=2),
        seen_at=now,
        layer=0,
        revision=0,
        name="",
        asked_until=None,
        ended_at=None,
        scenario_id=0,
        version="patterns",
        business="Fernhollow Cycles",
        stages=json.dumps(
            [
                {"name": name, "mark": mark, "chance": 20, "wait": 30, "needs": []}
                for name, mark in zip(STAGES, MARKS, strict=True)
            ]
        ),
        tags=json.dumps(TAGS),
        facts=json.dumps({"owners": ["Ines Okafor", "Tobias Rehn"], "sources": ["Web form"], "products": []}),
        currency="USD",
    )


def sample_frame(drive: Drive) -> Frame:
    """What stands around its pages."""
    return Frame(
        id=drive.public_id,
        business=drive.business,
        leads=1000,
        today=drive.epoch,
        day=12,
        kept_until=drive.kept_until,
        undo="Changed Nerys Holloway",
        redo="Deleted Osric Halloran",
    )


def sample_leads() -> list[Lead]:
    """One lead in each stage: with all that a row can hold, with nothing, with too much."""
    return [_lead(number, stage) for number, stage in enumerate(STAGES)]


def sample_cards(drive: Drive) -> list[Card]:
    """A card that is fresh, one that waits too long, and one that is refused."""
    return [_card(drive, number) for number in range(3)]


def sample_refusal(drive: Drive) -> tuple[Refusal, FilledForm]:
    """Why the last of the cards was not moved, and the fields that put it right."""
    form = FilledForm()
    form.process(None, data={"amount": "1,840.50"})
    return refusal_of("2", stage="Lost", missing=("reason",)), form


OUTLOOK = OutlookBar(
    [
        Part("fill-good", 0, 20, "Won", "$90,000", is_named=True),
        Part("fill-accent", 20, 30, "Proposal", "$135,000", is_named=True),
        Part("fill-hatch", 50, 25, "Qualified", "$112,500", is_named=True),
        Part("fill-dots", 75, 15, "Contacted", "$67,500", is_named=False),
    ],
    95.0,
    "$427,500",
    "Won $90,000, Proposal $135,000, Qualified $112,500, Contacted $67,500, against a goal of $427,500",
)


def sample_reports() -> list[Report]:
    """One of each kind of chart."""
    charts = [
        Chart(
            "bars",
            "All leads 1,000, won 328",
            [Bar("All leads", "1,000", 100), Bar("Won", "328", 32.8, "33% of all leads", "fill-warm")],
        ),
        Chart(
            "pairs",
            "Phone: 19% and 21%",
            [Pair("Phone", Bar("leads", "19%", 90, fill="fill-dots"), Bar("orders", "21%", 100), is_strong=True)],
        ),
        Chart(
            "columns",
            "March 69, April 31",
            [
                Column("Mar", "69", [("fill-accent", 46), ("fill-grid", 23)]),
                Column("Apr", "31", [("fill-accent", 10)], likely=31, low=20, high=42),
            ],
            scale=[(0, "0"), (50, "50"), (100, "100")],
            key=[("fill-accent", "Written"), ("fill-grid", "Everything else")],
        ),
        Chart(
            "heat",
            "",
            [Heat("March", "93", [("2.0", "heat-1"), ("33.3", "heat-4")]), Heat("April", "63", [("0", "heat-0")])],
            key=[("heat-0", "0"), ("heat-2", "16.6"), ("heat-4", "33.3")],
            heads=("Became a lead", "Leads", "Same month", "1"),
        ),
    ]
    lines = [("March", (Cell("93"),)), ("April", (Cell("63"),))]
    return [
        Report(
            f"sample-{chart.kind}",
            "A title says what was found",
            "What is counted",
            chart,
            Table(f"Table behind the {chart.kind}", ("Month", "Leads"), lines),
            {},
        )
        for chart in charts
    ]


def sample_tabs() -> list[Tab]:
    """Views: the one that is shown, another, and one that asks for what there is not."""
    names = ("All leads", "Gone quiet, and worth more than a town bicycle", "Of another scenario")
    views = [View(str(number), name, "{}", number) for number, name in enumerate(names)]
    return [Tab(view, "#list", "", 1000 * view.place if view.place < 2 else None, view.place == 0) for view in views]


def refused_form(drive: Drive) -> LeadForm:
    """The form of a lead as it comes back: no name, and an address that is none."""
    sent = MultiDict({"name": "", "company": "Hollow & Daughters", "email": "no address", "stage": STAGES[0]})
    form = sent_form(sent, drive, None, twins=Twins(b"patterns"))
    form.validate()
    return form


def todos(drive: Drive) -> list[Todo]:
    """A task that is late, one that is to come, and one that is done."""
    return [
        as_todo(
            drive, Task("1", "1", "Ring about the mudguards", "call", "Ines Okafor", -3 * DAY, None), "Nerys Holloway"
        ),
        as_todo(drive, Task("2", None, "Send the prices", "write", "You", 2 * DAY, None), ""),
        as_todo(drive, Task("3", "1", "Measure the hallway", "meet", "You", 0, 0), "Ama Quon"),
    ]


def lines(drive: Drive) -> list[Line]:
    """A change, one that was taken back, one of a twin, and tags."""
    at = drive.epoch
    return [
        Line(4, "phone", "Phone", "+1 503 555 0119", "+1 503 555 0142", at, False, False),
        Line(3, "stage", "Stage", "Qualified", "Proposal", at, True, False),
        Line(2, "email", "E-mail", "", "nerys.4f21@org-19.invalid", at, False, True),
        Line(1, "tags", "Tags", "Fleet", "VIP", at, False, False),
    ]


def _stake(stage: str, step: str, **more: str) -> Stake:
    deal = Deal(
        "1", "1", "Three town bicycles", "", 184_050, stage, 3, "Ines Okafor", 0, 0, None, None, more.get("why", "")
    )
    rules = Stage(stage, step, 60, 14, ())
    return Stake(deal, rules, 4, 5, "$1,840.50", "3 hours", "Mar 27", more.get("closed", ""), "60%, $1,104.30")


STAKES = [_stake("Proposal", "3"), _stake("Lost", "lost", closed="Mar 3", why="Price")]


def _card(drive: Drive, number: int) -> Card:
    deal = Deal(
        id=str(number),
        lead_id="0",
        title=("Rooftop trial beds", "Turf, 900 square yards", "Pallet mix, 60 pallets")[number],
        product="",
        amount=184_050 * (number + 1),
        stage=STAGES[1],
        stage_rank=1,
        owner="You" if number else "Ines Okafor",
        opened_at=-41 * DAY,
        moved_at=0,
        close_on=None,
        closed_at=None,
        reason="",
    )
    return Card(
        deal=deal,
        lead=None,
        who="Hollow & Daughters, Bicycles and Tricycles",
        initials="Y" if number else "IO",
        is_yours=number > 0,
        days=41 if number == 1 else 2,
        is_waiting=number == 1,
        amount=f"${1840.5 * (number + 1):,.2f}",
        moves=moves_of(drive, deal),
    )


def _lead(number: int, stage: str) -> Lead:
    blank = blank_lead(str(number), who="Ines Okafor", at=-number * 9 * DAY)
    named = blank._replace(last_kind="call", last_words="Rang back", last_at=-number * number * 5 * HOUR)
    if number % 3 == 0:
        return named.changed(STAGES, stage=stage, name="Nerys Holloway")
    return named._replace(
        tags=json.dumps(TAGS[:number]),
        deal="Three town bicycles",
        value=184_050 * number,
        last_kind="paid",
        last_words="Paid an invoice that was due two weeks ago, in full",
    ).changed(
        STAGES,
        stage=stage,
        name="Osric Featherstonehaugh-Lindqvist" if number == 1 else "Ama Quon",
        company="Hollow & Daughters, Bicycles and Tricycles",
        email=f"lead-{number}@hollow-and-daughters.example",
    )
