"""The library of webinars, the search through all that is said, and what it suggests while one types."""

from typing import Any, TypeVar

from flask import Blueprint, Response, current_app, jsonify, render_template, request
from sqlalchemy.orm import Session

from portal.people.films.library import find_films, list_unmade
from portal.people.search.cards import Card
from portal.people.search.finding import Found, find, find_inside
from portal.people.search.library import ORDERS, look, wish_from
from portal.people.search.shelf import Shelf, Shelves
from portal.people.search.spelling import Vocabularies, said_most
from portal.people.search.suggesting import suggest
from portal.people.search.words import Asked, read
from portal.people.web import as_of, reading
from portal.shared.problems import Problem

blueprint = Blueprint("search", __name__)
Kept = TypeVar("Kept", Shelves, Vocabularies)

_MOST_PAGES = 1000
_POPULAR = 8
_TO_BEGIN_WITH = 3


@blueprint.get("/webinars/")
def index() -> str:
    """All webinars, narrowed and ordered as the address says."""
    wish = wish_from(request.args, page=_page())
    with reading() as db:
        shelf = _shelf(db)
        library = look(shelf.of_kind("webinar"), wish)
        return _render("search/index.html", db, shelf, library.shown, library=library, orders=ORDERS)


@blueprint.get("/webinars/search")
def show() -> str:
    """What answers `q`; with `in`, every place of that one webinar; with `as=typed`, no word is taken for another."""
    asked, page = read(request.args.get("q", "")), _page()
    topic = request.args.get("topic", "")[:100]
    with reading() as db:
        shelf = _shelf(db)
        inside = _inside(shelf)
        found = find_inside(db, shelf, asked, inside) if inside else _find(db, shelf, asked, page=page, topic=topic)
        webinars = shelf.of_kind("webinar")
        begin_with = [] if found.groups else webinars[:_TO_BEGIN_WITH]
        return _render(
            "search/show.html",
            db,
            shelf,
            [*(group.card for group in (*found.groups, *found.below)), *begin_with],
            found=found,
            page=page,
            inside=shelf.cards[inside] if inside else None,
            begin_with=begin_with,
            popular=[] if found.groups else said_most(db, most=_POPULAR),
            total=len(webinars),
            topic=topic,
            topics=sorted({topic for card in shelf.cards.values() for topic in card.topics}),
        )


@blueprint.get("/webinars/search/suggestions")
def suggestions() -> Response:
    """Titles, chapters and words that go on as `q` begins, as data."""
    with reading() as db:
        found = suggest(db, _shelf(db), request.args.get("q", ""))
    return jsonify(suggestions=[one._asdict() for one in found])


def _find(db: Session, shelf: Shelf, asked: Asked, *, page: int, topic: str) -> Found:
    return find(
        db,
        shelf,
        asked,
        vocabulary=lambda: _kept(Vocabularies).current(db, stamp=shelf.stamp),
        page=page,
        as_typed=request.args.get("as") == "typed",
        is_on=lambda card: not topic or topic in card.topics,
    )


def _render(template: str, db: Session, shelf: Shelf, shown: list[Card], **more: Any) -> str:
    """A page with these cards on it: how far their films are is asked for all of them at once."""
    sources = [card.source for card in shown if card.source]
    unmade = list_unmade(db) & {card.source for card in shelf.cards.values()}
    return render_template(template, films=find_films(db, sources), being_made=len(unmade), now=as_of(), **more)


def _shelf(db: Session) -> Shelf:
    return _kept(Shelves).current(db, now=as_of())


def _kept(kind: type[Kept]) -> Kept:
    """What this process remembers between requests."""
    found: Kept = current_app.extensions.setdefault(kind.__name__, kind())
    return found


def _inside(shelf: Shelf) -> int | None:
    """The publication that `in` names, by its kind and name: `webinar/second-message`."""
    asked = request.args.get("in", "")
    return next((one for one, card in shelf.cards.items() if f"{card.kind}/{card.slug}" == asked), None)


def _page() -> int:
    sent = request.args.get("page", "1")
    if not (sent.isascii() and sent.isdigit() and 1 <= int(sent[:9]) <= _MOST_PAGES):
        raise Problem(400, "There is no such page", "Pages are whole numbers, beginning with 1.")
    return int(sent)
