"""The only place that looks at the sandbox as a whole: what works, and what to do about what does not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from portal.sandbox.settings import Settings, load_settings
from portal.shared import health
from portal.shared.environment import SettingsError
from portal.shared.health import Finding, broken, ok

REVISIONS = Path(__file__).parent / "migrations"


def examine() -> dict[str, Any]:
    """Every finding, and the addresses that have to be the other side's, too."""
    try:
        settings = load_settings()
    except SettingsError as fault:
        words = "Set it in the environment or in the file that SANDBOX_CONFIG names."
        return {"findings": [broken("settings", str(fault), words).as_dict()]}
    return {
        "findings": [finding.as_dict() for finding in _look(settings)],
        "addresses": {"SANDBOX_URL": settings.url, "LEARNING_URL": settings.learning_url},
    }


def _look(settings: Settings) -> Iterator[Finding]:
    mode = "on one's own machine" if settings.is_development else "in earnest"
    yield ok("settings", f"They can be used, {mode}: {settings.url}")
    yield from health.look_at_database(settings.database_url, REVISIONS, setting="SANDBOX_DATABASE_URL")
    yield health.look_at_key(settings.folder)
    yield health.look_at_disk(settings.folder)
