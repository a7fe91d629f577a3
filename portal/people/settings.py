"""The only place that reads the people side's settings (named in the contract; the sandbox has a parser of its own)."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portal.shared import environment
from portal.shared.environment import SettingsError
from portal.shared.keys import private_folder, secret_keys
from portal.shared.origins import is_loopback_http

NAMES = (
    *("DATA", "LISTEN", "PORT", "SANDBOX_PORT", "PROXIES", "METRICS_TOKEN"),
    *("PEOPLE_URL", "PEOPLE_DATABASE_URL", "PEOPLE_OWNER_URL", "PEOPLE_SECRET_KEYS", "PEOPLE_CHECKPOINTS_URL"),
    *("PEOPLE_OPT_OUTS_URL", "VAULT_DATABASE_URL", "VAULT_KEYS"),
    *("MEDIA_URL", "MEDIA_ACCEL", "MEDIA_FILMS", "S3_ENDPOINT_URL", "S3_PUBLIC_URL"),
    *("MAIL_DKIM_KEY", "MAIL_DKIM_SELECTOR", "MAIL_BOUNCES_TO", "MAIL_BOUNCES_URL", "MAIL_EVENTS_SECRETS"),
    *("MAIL_URL", "FAX_URL", "VOICE_URL", "LETTER_URL", "JOBS_URL", "LIMITS_URL", "SANDBOX_URL"),
)

_LEAST_SECRET = 24  # bytes, as the Standard Webhooks specification has it


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The people side's settings, checked; `url` and `sandbox_url` are addresses without a slash at the end."""

    folder: Path
    listen: str
    port: int
    proxies: int
    url: str
    sandbox_url: str
    database_url: str
    owner_url: str
    secret_keys: tuple[str, ...]
    metrics_token: str
    limits_url: str
    media_url: str
    media_accel: str
    makes_films: bool
    checkpoints_url: str
    s3_endpoint_url: str
    s3_public_url: str
    opt_outs_folder: Path
    mail_url: str
    mail_dkim_key: Path | None
    mail_dkim_selector: str
    mail_bounces_to: str
    mail_bounces_url: str
    mail_events_secrets: tuple[str, ...]

    @property
    def is_development(self) -> bool:
        """Plain http on a loopback name: only then do `/_outbox`, `/_patterns` and generated keys exist."""
        return is_loopback_http(self.url)

    @property
    def media_folder(self) -> Path:
        """The folder in which media lie; of no use where `s3_public_url` says that they lie in a bucket."""
        return Path(self.media_url.removeprefix("file:"))


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings from the environment and the file named by `PEOPLE_CONFIG`.

    Raises SettingsError, naming the setting and what to set, where one is missing or would be unsafe.
    """
    found = environment.read_settings(NAMES, config="PEOPLE_CONFIG", environ=environ)
    port = environment.number(found, "PORT", 8000)
    folder = private_folder(environment.data_folder(found) / "people")
    url = found.get("PEOPLE_URL", f"http://localhost:{port}").rstrip("/")
    is_development = is_loopback_http(url)
    database_url = environment.database_url(found, "PEOPLE_DATABASE_URL", f"sqlite:///{folder / 'people.db'}")
    mail_url = _mail_url(found)
    if not is_development:
        _refuse_unsafe(url, mail_url)
    return Settings(
        folder=folder,
        listen=found.get("LISTEN", "127.0.0.1"),
        port=port,
        proxies=environment.number(found, "PROXIES", 0),
        url=url,
        sandbox_url=found.get(
            "SANDBOX_URL", f"http://127.0.0.1:{environment.number(found, 'SANDBOX_PORT', 8001)}"
        ).rstrip("/"),
        database_url=database_url,
        owner_url=environment.database_url(found, "PEOPLE_OWNER_URL", database_url),
        secret_keys=secret_keys(found, "PEOPLE_SECRET_KEYS", folder=folder, is_development=is_development),
        metrics_token=found.get("METRICS_TOKEN", ""),
        limits_url=environment.valkey_url(found, "LIMITS_URL"),
        checkpoints_url=_checkpoints_url(found, folder),
        s3_endpoint_url=found.get("S3_ENDPOINT_URL", ""),
        **_media(found, folder / "media"),
        makes_films=_makes_films(found),
        opt_outs_folder=_folder(found, "PEOPLE_OPT_OUTS_URL", folder / "opt-outs"),
        mail_url=mail_url,
        **_mail(found),
    )


def _refuse_unsafe(url: str, mail_url: str) -> None:
    if not url.startswith("https://"):
        raise SettingsError(f"PEOPLE_URL is {url}. Outside one's own machine it must begin with https://.")
    if mail_url == "outbox:":
        raise SettingsError("MAIL_URL is not set. Set it to smtp://user:password@host:587, so that mail is sent.")


def _mail_url(found: Mapping[str, str]) -> str:
    url = found.get("MAIL_URL", "outbox:")
    is_smtp = url.startswith("smtp://") and urlsplit(url).hostname
    if url != "outbox:" and not is_smtp and not re.fullmatch(r"ses://[a-z]{2}(-[a-z]+)+-[0-9]", url):
        raise SettingsError(
            f"MAIL_URL begins with {urlsplit(url).scheme or url!r} and names no way of sending that is built. "
            "Set it to smtp://user:password@host:587, to ses://us-east-1, or to outbox: on your own machine."
        )
    return url


def _mail(found: Mapping[str, str]) -> dict[str, Any]:
    """What goes with sending mail: signing it, and hearing of what could not be delivered or was not wanted."""
    key, selector = found.get("MAIL_DKIM_KEY"), found.get("MAIL_DKIM_SELECTOR", "")
    if bool(key) != bool(selector) or not re.fullmatch(r"([a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?)?", selector):
        raise SettingsError("MAIL_DKIM_KEY and MAIL_DKIM_SELECTOR go together: a PEM file, and a name like s2026.")
    bounces_to = found.get("MAIL_BOUNCES_TO", "")
    if bounces_to and not re.fullmatch(r"[a-z0-9._-]+@[a-z0-9.-]+", bounces_to):
        raise SettingsError("MAIL_BOUNCES_TO is no plain address. Set it like bounces@mail.customerhub.net.")
    bounces_url = found.get("MAIL_BOUNCES_URL", "")
    if bounces_url and not re.fullmatch(r"maildir:.+|imaps?://[^/]+(/.*)?", bounces_url):
        raise SettingsError("MAIL_BOUNCES_URL must be maildir: and a folder, or imaps://user:password@host.")
    if bounces_url.startswith("imap://") and urlsplit(bounces_url).hostname not in ("localhost", "127.0.0.1", "::1"):
        raise SettingsError("MAIL_BOUNCES_URL begins with imap://, which is for this machine alone. Use imaps://.")
    return {
        "mail_dkim_key": Path(key).absolute() if key else None,
        "mail_dkim_selector": selector,
        "mail_bounces_to": bounces_to,
        "mail_bounces_url": bounces_url,
        "mail_events_secrets": _whsec(found),
    }


def _whsec(found: Mapping[str, str]) -> tuple[str, ...]:
    secrets = tuple(filter(None, found.get("MAIL_EVENTS_SECRETS", "").replace(" ", "").split(",")))
    for secret in secrets:
        try:
            is_long = len(base64.b64decode(secret.removeprefix("whsec_"), validate=True)) >= _LEAST_SECRET
        except ValueError:
            is_long = False
        if not is_long or not secret.startswith("whsec_"):
            raise SettingsError(
                "MAIL_EVENTS_SECRETS holds something else than whsec_ and 24 or more bytes in base64, commas between."
            )
    return secrets


def _media(found: Mapping[str, str], default: Path) -> dict[str, Any]:
    """Where media lie, and how their bytes come to visitors."""
    url, public, accel = (found.get(name, "") for name in ("MEDIA_URL", "S3_PUBLIC_URL", "MEDIA_ACCEL"))
    if accel and not re.fullmatch(r"/([a-z0-9_-]+/)+", accel):
        raise SettingsError("MEDIA_ACCEL is no place inside nginx. Set it like /_media/, or leave it out.")
    if not url.startswith("s3://"):
        return {
            "media_url": f"file:{_folder(found, 'MEDIA_URL', default)}",
            "media_accel": accel,
            "s3_public_url": "",
        }
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9._-]+)*/?", url):
        raise SettingsError("MEDIA_URL is no bucket. Set it to s3:// with a bucket's name and, if wanted, a prefix.")
    is_safe = re.fullmatch(r"https://[a-z0-9.-]+(:[0-9]+)?", public) or is_loopback_http(public)
    if not is_safe or urlsplit(public).path:
        raise SettingsError(
            "S3_PUBLIC_URL must be where browsers reach the bucket's server: https:// and a host, without a path."
        )
    if accel:
        raise SettingsError("MEDIA_ACCEL is for a folder, and MEDIA_URL names a bucket. Leave one of the two out.")
    return {"media_url": url.rstrip("/"), "media_accel": "", "s3_public_url": public}


def _checkpoints_url(found: Mapping[str, str], folder: Path) -> str:
    url = found.get("PEOPLE_CHECKPOINTS_URL", f"file:{folder / 'checkpoints'}")
    if url.startswith("file:") and url != "file:":
        return f"file:{Path(url.removeprefix('file:')).absolute()}"
    if not (url.startswith("s3://") and urlsplit(url).hostname):
        raise SettingsError(
            f"PEOPLE_CHECKPOINTS_URL is {url}. Set it to file: and a folder, or to s3:// with a bucket and a prefix."
        )
    return url


def _folder(found: Mapping[str, str], name: str, default: Path) -> Path:
    url = found.get(name)
    if url is None:
        return default
    if not url.startswith("file:"):
        raise SettingsError(f"{name} is {url}. Set it to file: and a folder.")
    return Path(url.removeprefix("file:")).absolute()


def _makes_films(found: Mapping[str, Any]) -> bool:
    where = found.get("MEDIA_FILMS", "here")
    if where not in ("here", "elsewhere"):
        raise SettingsError("MEDIA_FILMS is here or elsewhere, where another worker makes the films.")
    return bool(where == "here")
