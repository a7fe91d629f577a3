"""Pages of tips."""

from collections.abc import Collection

from flask import Blueprint, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.people.pictures.library import find_picture
from portal.people.publications.records import find_in_force
from portal.people.tips.library import find_tip, list_moments, list_next, list_tips, shelve
from portal.people.tips.schema import things_of
from portal.people.tips.sharing import picture_of
from portal.people.tips.tip import LEVELS, TOPICS, slug_of
from portal.people.web import reading, settings
from portal.shared import clock
from portal.shared.problems import Problem
from portal.shared.structured import graph

blueprint = Blueprint("tips", __name__)


@blueprint.get("/tips/")
def index() -> str:
    """Every tip: on shelves by topic, those of one topic (`?topic=`), or all by their age (`?by=newest`)."""
    topic, by = _chosen("topic", [slug_of(topic) for topic in TOPICS]), _chosen("by", ("newest",))
    with reading() as db:
        tips = list_tips(db, now=clock.now())
    found = [tip for tip in tips if not topic or topic in tip.topic_slugs]
    return render_template(
        "tips/index.html",
        tips=found,
        shelves=[] if topic or by else shelve(found[1:]),
        topic=topic,
        by=by,
        topics={slug_of(topic): topic for topic in TOPICS if any(topic in tip.topics for tip in tips)},
    )


@blueprint.get("/tips/<slug>")
def show(slug: str) -> str | Response:
    """One tip; where it was taken off the site, its address leads on."""
    now = clock.now()
    with reading() as db:
        tip = find_tip(db, slug, now=now)
        if tip is None:
            return _gone(db, slug)
        moments = list_moments(db, tip, now=now)
        following = list_next(tip, list_tips(db, now=now))
        picture = find_picture(db, picture_of(tip))
    return render_template(
        "tips/show.html",
        tip=tip,
        level=LEVELS[tip.level],
        moments=moments,
        following=following,
        picture=picture,
        data=graph(*things_of(tip, url=settings().url, picture=picture)),
    )


def _chosen(name: str, among: Collection[str]) -> str:
    value = request.args.get(name, "")
    if value and value not in among:
        raise Problem(400, "There is no such list of tips", "Choose a topic above the list, or look at all of them.")
    return value


def _gone(db: Session, slug: str) -> Response:
    record = find_in_force(db, kind="tip", slug=slug, at=clock.now())
    if record is None:
        raise Problem(404, "There is no such tip", "It may have moved. All of them are listed under Tips.")
    if not record.redirect_to:
        raise Problem(
            410, "This tip was taken off the site", "What it said is no longer so. The others are under Tips."
        )
    return redirect(record.redirect_to, 302)
