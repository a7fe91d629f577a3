"""The only place that puts closed viewings into groups of five, and forgets what was kept long enough.

A viewing is in one group at most, and only whole groups are ever shown, so whatever is compared with whatever differs
by five viewings or more. Which five come together is decided by digests of random secrets: by nobody.
"""

from datetime import date, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from portal.people.attention.models import GroupedViewing, Viewing, ViewingGroup
from portal.people.attention.seconds import together

GROUP = 5
WAITS = timedelta(days=30)
"""How long a closed viewing waits for four others; then it is forgotten, and was never shown."""

KEPT = timedelta(days=760)
"""Twenty-five months, then a group is forgotten."""


def form_groups(db: Session, *, today: date, most: int) -> int:
    """Put closed viewings into groups, about `most` of them; how many it were."""
    done = 0
    while done < most and (five := _next_five(db, today)):
        seconds = max(one.seconds for one in five)
        size = (seconds + 7) // 8
        bits = [(one.covered or b"").ljust(size, b"\0") for one in five]
        group = ViewingGroup(
            film=five[0].film, counts=together(bits, seconds=seconds), formed_on=today, is_sample=False
        )
        db.add(group)
        db.flush()
        db.add_all(GroupedViewing(digest=one.digest, group_id=group.id) for one in five)
        db.execute(delete(Viewing).where(Viewing.digest.in_([one.digest for one in five])))
        db.flush()
        done += len(five)
    return done


def forget_old(db: Session, *, today: date, most: int) -> int:
    """Forget viewings that were taken back or found no four others, and groups past their time; how many it were."""
    unshown = (Viewing.covered.is_(None) & (Viewing.closes_on <= today)) | (Viewing.closes_on <= today - WAITS)
    viewings = db.scalars(select(Viewing.digest).where(unshown).limit(most)).all()
    groups = db.scalars(select(ViewingGroup.id).where(ViewingGroup.formed_on <= today - KEPT).limit(most)).all()
    db.execute(delete(Viewing).where(Viewing.digest.in_(viewings)))
    db.execute(delete(ViewingGroup).where(ViewingGroup.id.in_(groups)))
    return max(len(viewings), len(groups))


def _next_five(db: Session, today: date) -> list[Viewing]:
    """Five closed viewings of one film, or none."""
    closed = Viewing.covered.is_not(None), Viewing.closes_on <= today, Viewing.closes_on > today - WAITS
    film = db.scalar(select(Viewing.film).where(*closed).group_by(Viewing.film).having(func.count() >= GROUP).limit(1))
    theirs = select(Viewing).where(Viewing.film == film, *closed).order_by(Viewing.digest).limit(GROUP)
    five = list(db.scalars(theirs.with_for_update(skip_locked=True)))
    return five if len(five) == GROUP else []
