"""The only place that draws the glimpse of the CRM for the learning center's home page, at build time, as data.

The people side reads the file and asks the sandbox for nothing.
"""

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from portal.sandbox.database import Base, Database
from portal.sandbox.drives.drive import Drive, find_drive, start_drive
from portal.sandbox.drives.frame import frame, stages_of
from portal.sandbox.drives.lead import Lead
from portal.sandbox.drives.overlay import list_leads
from portal.sandbox.drives.question import Question
from portal.sandbox.leads.wording import age_in_words, money_in_words
from portal.sandbox.scenarios.loading import load_scenario
from portal.shared import clock

ROWS = 5


def draw_glimpse(recipe: Path) -> dict[str, Any]:
    """A few leads of a fresh drive of this recipe, as texts: business, day, rows."""
    now = clock.now()
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/glimpse.db")
        Base.metadata.create_all(database.writer)
        with database.transaction() as db:
            scenario = load_scenario(db, recipe, now=now)
            started = start_drive(db, scenario_id=scenario.id, now=now)
            drive = find_drive(db, started.token, now=now)
            if drive is None:
                raise LookupError("A drive that was just started is not there.")
            pages = [list_leads(db, drive, Question(), page=page) for page in range(1, 7)]
            around = frame(db, drive, leads=pages[0].total)
        database.close()
    leads = _telling([lead for page in pages for lead in page.leads])
    return {
        "business": around.business,
        "day": f"{around.leads:,} leads",
        "rows": [_row(drive, lead) for lead in leads],
    }


def write_glimpse(recipe: Path, target: Path) -> None:
    """Draw the glimpse into the file `target`, whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".draft")
    draft.write_text(json.dumps(draw_glimpse(recipe), ensure_ascii=False, indent=1), "utf-8")
    draft.replace(target)


def _telling(leads: list[Lead]) -> list[Lead]:
    """Leads whose words fit a narrow table: three with an open deal, then the newest of other stages, newest first."""
    fitting = [lead for lead in leads if len(lead.email or "") <= 32 and len(lead.last_words) <= 34]
    with_deal = [lead for lead in fitting if lead.value is not None][:3]
    stages = {lead.stage for lead in with_deal}
    others = {lead.stage: lead for lead in reversed(fitting) if lead.stage not in stages}
    chosen = [*with_deal, *sorted(others.values(), key=lambda lead: -lead.last_at)][:ROWS]
    return sorted(chosen, key=lambda lead: -lead.last_at)


def _row(drive: Drive, lead: Lead) -> dict[str, str]:
    return {
        "name": lead.name,
        "email": lead.email or "",
        "stage": lead.stage,
        "step": {stage.name: stage.step for stage in stages_of(drive)}[lead.stage],
        "what": lead.last_words,
        "when": f"{age_in_words(drive.clock - lead.last_at)} ago",
        "worth": money_in_words(lead.value, drive.currency),
    }
