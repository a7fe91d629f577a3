"""The only place that decides which frame is seen when: stills that hold, and the moves between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image

from tools.video.plan import FADE, TICKS, TRAVEL, Plan, View
from tools.video.recipe import Recipe, Screen
from tools.video.screen import Camera
from tools.video.slides import HEAD, draw_slide

_HOLD = 1 * TICKS
_KEY = 5 * TICKS


@dataclass(frozen=True)
class Frame:
    """A picture, seen from the tick `at` until the next frame; a seek lands on a key frame and reads on from there."""

    at: int
    picture: Image.Image
    is_key: bool


def make_frames(recipe: Recipe, plan: Plan) -> Iterator[Frame]:
    """Every tick while the picture moves, else one a second; a key where a slide first stands and every few seconds."""
    studio = _Studio(recipe)
    slide, key = None, 0
    for at, view, picture in _seen(studio, plan):
        is_key = view.slide is not slide or at - key >= _KEY
        slide, key = view.slide, at if is_key else key
        yield Frame(at, picture, is_key)


def _seen(studio: "_Studio", plan: Plan) -> Iterator[tuple[int, View, Image.Image]]:
    for view, following in pairwise([*plan.views, None]):
        assert view is not None
        moves = studio.moves(view, following) if following else [studio.still(view)]
        until = (following.stands_at if following else plan.ticks) - len(moves)
        for at in range(view.stands_at, until, _HOLD):
            yield at, view, studio.still(view)
        for step, picture in enumerate(moves):
            yield until + step, view, picture


class _Studio:
    """Draws what one film shows, each thing once."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._cameras: dict[int, Camera] = {}
        self._stills: dict[tuple[int, str | None], Image.Image] = {}

    def still(self, view: View) -> Image.Image:
        key = id(view.slide), view.mark
        if key not in self._stills:
            self._stills[key] = draw_slide(self._recipe, view.slide, view.mark)
            if isinstance(view.slide.matter, Screen):
                camera = self._camera(view)
                self._stills[key].paste(camera.film(camera.shot(view.mark)), (0, HEAD))
        return self._stills[key]

    def moves(self, before: View, after: View) -> list[Image.Image]:
        """The frames from one still to the next: on one screen the camera travels, anything else fades."""
        if before.slide is after.slide and isinstance(after.slide.matter, Screen):
            return [self._travel(before, after, step / TRAVEL) for step in range(1, TRAVEL)]
        return [Image.blend(self.still(before), self.still(after), step / FADE) for step in range(1, FADE)]

    def _travel(self, before: View, after: View, share: float) -> Image.Image:
        camera = self._camera(after)
        eased = share * share * (3 - 2 * share)
        picture = self.still(after).copy()
        picture.paste(camera.film(camera.shot(before.mark).towards(camera.shot(after.mark), eased)), (0, HEAD))
        return picture

    def _camera(self, view: View) -> Camera:
        assert isinstance(view.slide.matter, Screen)
        if id(view.slide) not in self._cameras:
            self._cameras[id(view.slide)] = Camera(view.slide.matter)
        return self._cameras[id(view.slide)]
