"""The only place that says what stands on the picture of a learning path."""

from portal.people.paths.learning_path import LearningPath
from portal.people.pictures.picture import Picture


def picture_of(path: LearningPath) -> Picture:
    """The picture beside a link to its page."""
    return Picture(
        title=path.title,
        label=f"Learning path · {path.topics[0]}",
        foot=f"{len(path.steps)} steps · about {path.minutes} minutes",
        emblem=path.topic_slugs[0],
    )
