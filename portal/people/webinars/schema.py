"""The only place that says what schema.org has to know of a webinar: the video, its chapters, and what is said."""

from dataclasses import replace
from functools import lru_cache

from markupsafe import Markup

from portal.people.films.library import Film
from portal.people.webinars.recording import Chapter, Recording
from portal.shared.structured import Thing, breadcrumbs, duration, graph


@lru_cache(maxsize=64)
def graph_of(webinar: Recording, *, url: str, film: Film | None) -> Markup:
    """The video and where its page stands; `url` is the site's address, `film` how its film stands by now."""
    path = f"/webinars/{webinar.slug}"
    trail = (("Learning center", "/"), ("Webinars", "/webinars/"), (webinar.title, path))
    whole = replace(webinar, film=film)  # two recordings that differ in their film are equal, and here they are not
    return graph(_video(whole, url=url, path=path), breadcrumbs(url, trail))


def _video(webinar: Recording, *, url: str, path: str) -> Thing:
    return {
        "@type": "VideoObject",
        "@id": f"{url}{path}",
        "url": f"{url}{path}",
        "name": webinar.title,
        "description": webinar.summary,
        "uploadDate": webinar.held_on.isoformat(),
        "duration": duration(webinar.seconds),
        **_files(webinar, url),
        "inLanguage": webinar.language,
        "author": [{"@type": "Person", "name": name} for name in webinar.speakers],
        "publisher": {"@type": "Organization", "name": "CustomerHub", "url": f"{url}/"},
        "isAccessibleForFree": True,
        "transcript": " ".join(line.words for chapter in webinar.chapters for line in chapter.lines),
        "hasPart": [_clip(chapter, f"{url}{path}") for chapter in webinar.chapters],
    }


def _files(webinar: Recording, url: str) -> Thing:
    """What can be had of it by now: its film may still be made."""
    video = webinar.film.video if webinar.film else None
    found = {"thumbnailUrl": webinar.poster_url, "contentUrl": video}
    return {name: f"{url}{path}" for name, path in found.items() if path}


def _clip(chapter: Chapter, address: str) -> Thing:
    start = int(chapter.start)
    return {
        "@type": "Clip",
        "name": chapter.title,
        "startOffset": start,
        "endOffset": int(chapter.stop),
        "url": f"{address}?t={start}",
    }
