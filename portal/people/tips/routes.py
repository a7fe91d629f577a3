"""Pages of tips."""

from collections.abc import Collection

from flask import Blueprint, redirect, render_template, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.people.pictures.library import find_picture
from portal.people.publications.records import find_in_force
from portal.people.publications.topics import TOPICS
from portal.people.tips.drawn import keep
from portal.people.tips.library import list_moments, list_next, list_tips, shelve, what_stands
from portal.people.tips.schema import things_of
from portal.people.tips.sharing import picture_of
from portal.people.tips.tip import LEVELS, Moment, Tip, slug_of
from portal.people.web import as_of, reading, settings
from portal.shared.problems import Problem
from portal.shared.structured import graph

blueprint = Blueprint("tips", __name__)


@blueprint.get("/tips/")
def index() -> str:
    """Every tip: on shelves by topic, those of one topic (`?topic=`), or all by their age (`?by=newest`)."""
    topic, by = _chosen("topic", [slug_of(topic) for topic in TOPICS]), _chosen("by", ("newest",))
    with reading() as db:
        standing = what_stands(db, now=as_of())
        tips = list_tips(db, standing)
    key = ("index", topic, by, *standing.tips.items())
    return render_template("tips/index.html", topic=topic, list=keep(key, lambda: _draw_list(tips, topic, by)))


@blueprint.get("/tips/<slug>")
def show(slug: str) -> str | Response:
    """One tip; where it was taken off the site, its address leads on."""
    with reading() as db:
        standing = what_stands(db, now=as_of())
        if slug not in standing.tips:
            return _gone(db, slug)
        tips = list_tips(db, standing)
        tip = next(tip for tip in tips if tip.slug == slug)
        picture = find_picture(db, picture_of(tip))
        moments = list_moments(db, tip, standing)
    key = (slug, settings().sandbox_url, *standing.tips.items(), *moments)
    return render_template(
        "tips/show.html",
        tip=tip,
        about=keep(("about", tip, settings().url, picture), lambda: _draw_about(tip, picture)),
        article=keep(key, lambda: _draw_article(tip, list_next(tip, tips), moments)),
    )


def _draw_about(tip: Tip, picture: str | None) -> str:
    data = graph(*things_of(tip, url=settings().url, picture=picture))
    return render_template("tips/_about.html", tip=tip, picture=picture, data=data)


def _draw_list(tips: list[Tip], topic: str, by: str) -> str:
    found = [tip for tip in tips if not topic or topic in tip.topic_slugs]
    return render_template(
        "tips/_list.html",
        tips=found,
        shelves=[] if topic or by else shelve(found[1:]),
        topic=topic,
        by=by,
        topics={slug_of(topic): topic for topic in TOPICS if any(topic in tip.topics for tip in tips)},
    )


def _draw_article(tip: Tip, following: list[Tip], moments: list[tuple[str, Moment]]) -> str:
    return render_template("tips/_article.html", tip=tip, level=LEVELS[tip.level], following=following, moments=moments)


def _chosen(name: str, among: Collection[str]) -> str:
    value = request.args.get(name, "")
    if value and value not in among:
        raise Problem(400, "There is no such list of tips", "Choose a topic above the list, or look at all of them.")
    return value


def _gone(db: Session, slug: str) -> Response:
    record = find_in_force(db, kind="tip", slug=slug, at=as_of())
    if record is None:
        raise Problem(404, "There is no such tip", "It may have moved. All of them are listed under Tips.")
    if not record.redirect_to:
        raise Problem(
            410, "This tip was taken off the site", "What it said is no longer so. The others are under Tips."
        )
    return redirect(record.redirect_to, 302)
