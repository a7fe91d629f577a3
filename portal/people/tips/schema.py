"""The only place that says what schema.org has to know of a tip."""

from portal.people.tips.tip import Tip
from portal.shared.structured import Thing, breadcrumbs


def things_of(tip: Tip, *, url: str, picture: str | None) -> tuple[Thing, ...]:
    """The article, and where it stands; `url` is the site's address, `picture` a path of it."""
    article: Thing = {
        "@type": "Article",
        "@id": f"{url}{tip.url}",
        "url": f"{url}{tip.url}",
        "headline": tip.title,
        "description": tip.summary,
        "author": {"@type": "Person", "name": tip.author},
        "publisher": {"@type": "Organization", "name": "CustomerHub", "url": f"{url}/"},
        "datePublished": tip.written_on.isoformat(),
        "inLanguage": "en",
        "wordCount": tip.word_count,
        "articleSection": list(tip.topics),
        "isAccessibleForFree": True,
    }
    if picture:
        article["image"] = f"{url}{picture}"
    trail = (("Learning center", "/"), ("Tips", "/tips/"), (tip.title, tip.url))
    return article, breadcrumbs(url, trail)
