"""The two paths that come with the portal: of a length, through everything that there is, and true of the sandbox."""

import pytest

from portal.people.paths.learning_path import Article, Chapter, LearningPath, Practice, Question
from portal.people.paths.reading import FOLDER, read_path
from portal.people.tips.reading import FOLDER as TIPS
from portal.people.tips.reading import read_tip
from portal.people.webinars.reading import FOLDER as WEBINARS
from portal.shared.environment import ROOT

PATHS = [read_path(path, keep=lambda _: ("a" * 64, 1)) for path in sorted(FOLDER.glob("*.md"))]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.slug)
def test_each_takes_about_an_hour_and_asks_and_lets_try(path: LearningPath) -> None:
    assert 40 <= path.minutes <= 75
    for kind, fewest in ((Chapter, 5), (Article, 4), (Question, 4), (Practice, 3)):
        assert sum(isinstance(step, kind) for step in path.steps) >= fewest, kind
    assert path.downloads
    assert isinstance(path.steps[-1], Question)


def test_together_they_lead_through_every_webinar_and_every_tip_once() -> None:
    steps = [step for path in PATHS for step in path.steps]
    assert len(PATHS) == 2
    assert {step.webinar for step in steps if isinstance(step, Chapter)} == {
        path.parent.name for path in WEBINARS.glob("*/webinar.toml")
    }
    assert sorted(step.tip for step in steps if isinstance(step, Article)) == sorted(
        path.stem for path in TIPS.glob("*.md")
    )


def test_right_answers_stand_in_no_place_that_one_could_guess() -> None:
    questions = [step for path in PATHS for step in path.steps if isinstance(step, Question)]
    places = [question.answers.index(question.right) for question in questions]
    assert {places.count(place) for place in range(3)} <= {2, 3, 4}
    longest = [max(question.answers, key=lambda answer: len(answer.says)) is question.right for question in questions]
    assert sum(longest) <= len(questions) / 2


def test_pages_that_a_tip_promises_something_of_are_opened_as_the_tip_does() -> None:
    doors = {read_tip(path).door.page for path in TIPS.glob("*.md")}
    pages = [step.page for path in PATHS for step in path.steps if isinstance(step, Practice)]
    assert [page for page in pages if page not in doors] == ["/leads"]


def test_every_file_to_take_along_is_named_by_its_path() -> None:
    named = {f"{path.slug}/{file.name}" for path in PATHS for file in path.downloads}
    assert {str(path.relative_to(FOLDER)) for path in FOLDER.glob("*/*")} == named
    assert (ROOT / "content" / "paths").is_dir()
