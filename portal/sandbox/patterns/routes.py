"""Every component of the sandbox in all its states, drawn by the templates that draw it elsewhere."""

from flask import Blueprint, render_template

from portal.sandbox import web
from portal.sandbox.drives.question import Filter, Question
from portal.sandbox.leads.drawing import draw_cards, draw_chips, draw_heads, draw_rows, draw_tabs, draw_tools
from portal.sandbox.leads.lists import Asked
from portal.sandbox.leads.shape import Shape
from portal.sandbox.leads.story import tell
from portal.sandbox.patterns import samples
from portal.shared import clock

blueprint = Blueprint("patterns", __name__)
blueprint.before_request(web.only_in_development)


@blueprint.get("/_patterns")
def index() -> str:
    """All of them, within the frame of a drive that nobody started."""
    drive = samples.sample_drive(clock.now())
    filters = (
        Filter("stage", "is", ("Won", "Lost")),
        Filter("value", "from", ("100000",)),
        Filter("last", "within", ("7d",)),
    )
    asked = Asked("/leads", Question(filters), 1, Shape(layout="grouped"))
    leads = samples.sample_leads()
    return render_template(
        "patterns/index.html",
        drive=samples.sample_frame(drive),
        now=drive.epoch,
        chips=draw_chips(drive, asked, samples.OPTIONS),
        tools=draw_tools(drive, asked),
        tabs=draw_tabs(samples.sample_tabs()),
        heads=draw_heads(drive, asked),
        rows=draw_rows(drive, leads, view=""),
        lead_cards=draw_cards(drive, leads, view=""),
        tags=samples.TAGS,
        stages=list(zip(("0", "1", "2", "3", "won", "lost"), samples.STAGES, strict=True)),
        form=samples.refused_form(drive),
        story=tell(drive, samples.ENTRIES),
        lead=samples.sample_leads()[1],
        todos=samples.todos(drive),
        stakes=samples.STAKES,
        lines=samples.lines(drive),
        cards=samples.sample_cards(drive),
        refusal=samples.sample_refusal(drive),
        bar=samples.OUTLOOK,
        reports=samples.sample_reports(),
        picked=samples.PICKED,
        own_boxes=samples.OWN_BOXES,
        told=[samples.TOLD, samples.TWINS[:1], samples.TWINS],
    )
