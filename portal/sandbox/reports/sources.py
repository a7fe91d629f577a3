"""The only place for the report on where leads come from, and which of them buy."""

import numpy as np
from sqlalchemy.orm import Session

from portal.sandbox.drives.drive import Drive
from portal.sandbox.reports.ground import Ground, coded
from portal.sandbox.reports.report import Bar, Cell, Chart, Group, Pair, Report, Table, in_percent, percent

MOST_SHOWN = 6  # in the chart; the table has all


def sources(_db: Session, _drive: Drive, ground: Ground) -> Report:
    """Each source's share of the leads and of the won deals."""
    codes, names = coded(ground.leads.texts("source"))
    won = np.flatnonzero(ground.is_won & (ground.lead_of >= 0))
    won_codes = codes[ground.lead_of[won]]
    leads, orders = len(codes), len(won)
    groups: dict[str, Group] = {}
    found = []
    for code, name in enumerate(names):
        groups[f"leads-{code}"] = Group("lead", f"Leads that came by {name}", np.flatnonzero(codes == code))
        groups[f"won-{code}"] = Group("deal", f"Won deals of leads that came by {name}", won[won_codes == code])
        found.append((name, code, len(groups[f"leads-{code}"].at), len(groups[f"won-{code}"].at)))
    found.sort(key=lambda one: (-one[2], one[0]))
    best = max(found, key=lambda one: percent(one[3], orders) - percent(one[2], leads), default=None)
    longest = max((max(percent(one[2], leads), percent(one[3], orders)) for one in found), default=0) or 1
    return Report(
        "sources",
        f"{best[0]} brings {in_percent(best[2], leads)} of the leads and {in_percent(best[3], orders)} of the orders"
        if best and orders
        else "Nobody has bought yet",
        "Share by source: leads dotted, orders (won deals) solid",
        Chart(
            "pairs",
            ". ".join(f"{one[0]}: {in_percent(one[2], leads)} and {in_percent(one[3], orders)}" for one in found),
            [
                Pair(
                    name,
                    Bar("leads", in_percent(had, leads), percent(had, leads) * 100 / longest, fill="fill-dots"),
                    Bar("orders", in_percent(sold, orders), percent(sold, orders) * 100 / longest),
                    best is not None and code == best[1],
                )
                for name, code, had, sold in found[:MOST_SHOWN]
            ],
        ),
        Table(
            "Leads and won deals by source",
            ("Source", "Leads", "Share", "Orders", "Share"),
            [
                (
                    name,
                    (
                        Cell(f"{had:,}", f"leads-{code}"),
                        Cell(in_percent(had, leads), f"leads-{code}"),
                        Cell(f"{sold:,}", f"won-{code}"),
                        Cell(in_percent(sold, orders), f"won-{code}"),
                    ),
                )
                for name, code, had, sold in found
            ],
        ),
        groups,
    )
