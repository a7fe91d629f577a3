"""A film whose files lie in a folder or in a bucket is there whole, and its playlists are the site’s own answers."""

from pathlib import Path

from portal.people.films.making import make_next
from tests.people.films.conftest import NEVER, Films
from tests.people.films.videos import write_video
from tests.people.media.conftest import Shelf


def test_a_film_is_kept_whole_in_either_store(shelf: Shelf, tmp_path: Path) -> None:
    films = Films(shelf.site)
    source = films.ask(write_video(tmp_path / "webinar.mp4", seconds=1))
    assert make_next(films.studio, stopping=NEVER) == 1
    film = films.find(source)
    assert (film.state, film.heights) == ("ready", (360,))
    assert {sha256 for *_, sha256 in films.files()} <= shelf.hashes()
    assert source not in shelf.hashes()  # the original never gets where a visitor could ask for it
    with shelf.site.get(film.stream or "") as answer:
        assert answer.status_code == 200
        assert answer.get_data().startswith(b"#EXTM3U")
