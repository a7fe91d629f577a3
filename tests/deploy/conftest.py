"""An installation as in production: two https hosts behind the shipped nginx, mail by an encrypted line."""

import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserType

from tests.support.browser import Visitor, launch_arguments, visitors
from tests.support.certificates import certificate, public_key_pin
from tests.support.engines import Engine
from tests.support.films import show_sample_film
from tests.support.mail_server import Inbox, free_port, mail_server
from tests.support.nginx import PEOPLE_HOST, SANDBOX_HOST, Nginx, Reply
from tests.support.running import Running

MAIL_HOST = "127.0.0.2"  # this machine, but not a name that we take for it: the line has to be encrypted


@dataclass
class Production:
    """Everything that runs; `people` and `sandbox` are the public addresses."""

    running: Running
    nginx: Nginx
    inbox: Inbox
    mail_port: int
    tls: ssl.SSLContext
    mail: ExitStack = field(default_factory=ExitStack)
    people: str = f"https://{PEOPLE_HOST}"
    sandbox: str = f"https://{SANDBOX_HOST}"

    def start_mail(self) -> None:
        """Start the mail server."""
        self.mail.enter_context(mail_server(self.inbox, host=MAIL_HOST, port=self.mail_port, tls=self.tls))

    def stop_mail(self) -> None:
        """Stop it; nobody listens there any more."""
        self.mail.close()

    def ask(self, method: str, url: str, *, body: str = "", host: str = "", **headers: str) -> Reply:
        """One request without a browser; header names are written with `_` for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.nginx.ask(method, url, body=body, host=host, headers=named)


@pytest.fixture(scope="session")
def production(engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """People site, sandbox and worker as `bin/portal run` starts them, with production's settings."""
    folder = tmp_path_factory.mktemp("production")
    made = certificate(folder, PEOPLE_HOST, SANDBOX_HOST, MAIL_HOST)
    mail_port = free_port(MAIL_HOST)
    running = Running(folder / "data", **_settings(made, mail_port))
    media = folder / "data" / "people" / "media"
    nginx = Nginx(folder / "nginx", made, running.port, running.sandbox_port, media=media)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(made)
    whole = Production(running, nginx, Inbox(), mail_port, tls)
    with running, nginx, whole.mail:
        whole.start_mail()
        show_sample_film(running.environment)
        yield whole


@pytest.fixture(scope="session")
def chromium(browser_type: BrowserType, production: Production) -> Iterator[Browser]:
    """A browser to which the two names mean this machine's nginx, and which trusts the test's certificate."""
    nginx = production.nginx
    doors = {443: nginx.port, 80: nginx.plain_port}
    names = [f"MAP {host}:{port} 127.0.0.1:{doors[port]}" for host in (PEOPLE_HOST, SANDBOX_HOST) for port in doors]
    names.append("MAP * ~NOTFOUND")
    trust = f"--ignore-certificate-errors-spki-list={public_key_pin(nginx.certificate)}"
    browser = browser_type.launch(**launch_arguments(f"--host-resolver-rules={','.join(names)}", trust))
    yield browser
    browser.close()


@pytest.fixture
def visitor(chromium: Browser, production: Production) -> Iterator[Visitor]:
    with visitors(chromium, production.people, production.sandbox) as open_profile:
        yield open_profile


def _settings(made: Path, mail_port: int) -> dict[str, str]:
    return {
        "PEOPLE_URL": f"https://{PEOPLE_HOST}",
        "SANDBOX_URL": f"https://{SANDBOX_HOST}",
        "LEARNING_URL": f"https://{PEOPLE_HOST}",
        "PEOPLE_SECRET_KEYS": "people" * 8,
        "SANDBOX_SECRET_KEYS": "sandbox" * 8,
        "MAIL_URL": f"smtp://ada:p%40ss%3Aword@{MAIL_HOST}:{mail_port}",
        "PROXIES": "1",
        "MEDIA_ACCEL": "/_media/",
        "SANDBOX_LARGEST": "1000",  # loading more would keep the machine busy meanwhile
        "SSL_CERT_FILE": str(made),
    }
