"""The only place for the learning path that the patterns page shows, a step of each kind, and for its certificate."""

from datetime import date
from typing import Any

from portal.people.paths.certificate import ATTESTS
from portal.people.paths.course import Course, Place
from portal.people.paths.learning_path import Answer, Article, Chapter, Download, LearningPath, Practice, Question, Step
from portal.people.paths.learning_path import key_of as key

_STEPS: tuple[Step, ...] = (
    Chapter(
        webinar="second-message",
        webinar_title="The second message: following up without nagging",
        title="Why a second message",
        second=0,
        seconds=43,
        about="For the figure in it.",
    ),
    Article(tip="read-before-you-write", title="Read the timeline before you write", minutes=4, about="For its end."),
    Question(
        title="Whom do you call first?",
        answers=(Answer(says="Whoever waits longest", because="They may not wait any longer.", is_right=True),),
    ),
    Practice(
        title="Call three of them",
        scenario="fernhollow-cycles",
        page="/today",
        button="Open Today",
        about="Eleven are due.",
    ),
)
_PATH = LearningPath(
    slug="call-then-write",
    title="Call, then write",
    summary="Three things in an hour.",
    author="Ines Okafor-Lind",
    written_on=date(2026, 3, 3),
    topics=("Following up",),
    level="everyday",
    teaches=("Call first", "Write second"),
    about_html="",
    steps=_STEPS,
    downloads=(
        Download(sha256="a" * 64, name="numbers.csv", size=1_234, title="Numbers to call", about="Three lines."),
        Download(sha256="b" * 64, name="list.txt", size=900, title="What to say", about="One page to print."),
    ),
)
COURSE = Course(
    path=_PATH,
    version="c" * 64,
    places=tuple(
        Place(number=number, key=key(step), step=step, is_done=number < 3, is_there=True)
        for number, step in enumerate(_STEPS, 1)
    ),
)
CERTIFICATE: dict[str, Any] = {
    "schema:name": _PATH.title,
    "schema:about": {"schema:teaches": list(_PATH.teaches), "version_sha256": COURSE.version},
    "attests": ATTESTS,
    "dct:issued": {"@value": "2026-03-12"},
    "dct:identifier": "0123456789abcdef" * 2,
    "name": {"typed": "Ada-Lovisa Lindqvar " * 4, "checked": False},
    "proof": {"key": "3f9c1d02a7b84e55"},
}
