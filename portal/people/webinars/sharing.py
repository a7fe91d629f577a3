"""The only place that says what stands on the picture of a webinar."""

from portal.people.pictures.picture import Picture
from portal.people.webinars.recording import Recording


def picture_of(webinar: Recording) -> Picture:
    """The picture beside a link to its page."""
    minutes = max(1, round(webinar.seconds / 60))
    foot = f"{webinar.presenter} · {minutes} {'minute' if minutes == 1 else 'minutes'}"
    return Picture(title=webinar.title, label="Webinar", foot=foot, emblem="webinar")
