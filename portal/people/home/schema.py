"""The only place that says what schema.org has to know of the whole site."""

from functools import lru_cache

from markupsafe import Markup

from portal.shared.structured import graph


@lru_cache(maxsize=8)
def graph_of_site(url: str) -> Markup:
    """The site at `url`, and the address that answers a search in it."""
    asked = {
        "@type": "SearchAction",
        "target": {"@type": "EntryPoint", "urlTemplate": f"{url}/webinars/search?q={{search_term_string}}"},
        "query-input": "required name=search_term_string",
    }
    publisher = {"@type": "Organization", "name": "CustomerHub", "url": f"{url}/"}
    site = {"@type": "WebSite", "@id": f"{url}/", "url": f"{url}/", "name": "CustomerHub learning center"}
    return graph(site | {"inLanguage": "en", "publisher": publisher, "potentialAction": asked})
