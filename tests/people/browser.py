"""A visitor with cookies at the people app, who sends forms as their pages would; and keys as a device holds them."""

import base64
import hashlib
import json
import re
import struct
from datetime import timedelta
from typing import Any

import pyotp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor
from werkzeug.test import TestResponse

from portal.people.accounts import audit
from portal.people.commands.staff import SAMPLE
from portal.people.staff import members
from portal.people.staff.roles import Role
from portal.shared import clock, ids
from tests.people.site import Site

MARA = SAMPLE
OTTO = "otto@people.customerhub.net"
PASSWORD = "plain anchors drift on tuesdays"
COOKIE = "people-session"


class Browser:
    """One browser with its cookies; `post` adds the token that the page's form would carry."""

    def __init__(self, site: Site, *, agent: str = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0") -> None:
        self.site = site
        self.agent = {"User-Agent": agent}
        self.client = site.app.test_client()
        self.form_page = "/sign-out"  # which holds a form, and so the token, for who is signed in

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, base_url=self.site.settings.url, headers=self.agent, **more)

    def post(self, path: str, *, from_page: str = "", **fields: str) -> TestResponse:
        """Send a form as the page `from_page` would have sent it."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(from_page or self.form_page).text)
        data = ({"csrf_token": found[1]} if found else {}) | fields
        return self.client.post(path, base_url=self.site.settings.url, headers=self.agent, data=data)

    @property
    def cookie(self) -> str | None:
        """The session's id as this browser keeps it."""
        kept = self.client.get_cookie(COOKIE, domain="localhost")
        return kept.value if kept else None

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.set_cookie(COOKIE, value, domain="localhost")

    def by_mail(self, email: str) -> "Browser":
        """Ask for a link, open it, press its button."""
        self.post("/sign-in", email=email)
        link = newest_link(self.site, email)
        assert self.post(link).location == "/account"
        return self

    def by_start_link(self, role: str = "admin", email: str = MARA) -> "Browser":
        """Come in as staff by a link of this machine."""
        assert self.post(start_link(self.site, role, email)).location == "/studio/"
        return self


class Device:
    """A security key in software: makes a key for an origin and signs with it, well or not as a test says."""

    def __init__(self, url: str = "http://localhost:8000", *, verifies: bool = True) -> None:
        self.origin = url
        self.flags = 0x01 | (0x04 if verifies else 0)
        self.count = 0
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = ids.new_token().encode()
        self.handle = ""

    def make(self, options: str) -> str:
        """The answer to being asked for a new key, as JSON."""
        asked = json.loads(options)
        self.handle = asked["user"]["id"]
        point = self.key.public_key().public_numbers()
        public = encode_cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + public
        data = self._authenticator_data(asked["rp"]["id"], self.flags | 0x40) + attested
        response = {
            "clientDataJSON": _b64(self._client_data("webauthn.create", asked["challenge"])),
            "attestationObject": _b64(encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return self._credential(response)

    def sign(self, options: str, *, challenge: str = "") -> str:
        """The answer to being asked to sign, as JSON."""
        asked = json.loads(options)
        self.count += 1
        data = self._authenticator_data(asked["rpId"], self.flags)
        client = self._client_data("webauthn.get", challenge or asked["challenge"])
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": _b64(client),
            "authenticatorData": _b64(data),
            "signature": _b64(signed),
            "userHandle": self.handle,
        }
        return self._credential(response)

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _authenticator_data(self, rp_id: str, flags: int) -> bytes:
        return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + struct.pack(">I", self.count)

    def _credential(self, response: dict[str, str]) -> str:
        name = _b64(self.credential_id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


class Clerk:
    """One of the staff with a password and an app, and the browser they sit at."""

    def __init__(self, site: Site, email: str = OTTO, role: str = "admin") -> None:
        self.site = site
        self.email = email
        self.browser = Browser(site)
        self.token = invite(site, email, role)
        self.codes: list[str] = []
        self.secret = ""

    def begin(self) -> "Clerk":
        """Set the password and the app; signed in afterwards."""
        page = f"/sign-in/staff/password/{self.token}"
        assert self.browser.post(page, from_page=page, name="Otto", password=PASSWORD).status_code == 303
        self.codes = self.add_app()
        return self

    def add_app(self) -> list[str]:
        """Set an app up; the recovery codes that came of it."""
        page = "/sign-in/staff/factor"
        shown = self.browser.get(page).text
        offer = re.findall(r'name="offer"[^>]*value="([^"]+)"', shown)[0]
        self.secret = re.findall(r"<code[^>]*>([A-Z2-7]{32})</code>", shown)[0]
        answer = self.browser.post(f"{page}/authenticator", from_page=page, offer=offer, code=self.code())
        return re.findall(r"<code>([0-9a-z]{4}(?:-[0-9a-z]{4}){3})</code>", answer.text)

    def code(self, later: int = 0) -> str:
        """What the app shows now, or some seconds later."""
        return pyotp.TOTP(self.secret).at(clock.now() + timedelta(seconds=later))

    def type_password(self, password: str = PASSWORD, **more: str) -> TestResponse:
        """The first factor, in a browser that knows nothing."""
        self.browser = Browser(self.site)
        return self.browser.post("/sign-in/staff", email=self.email, password=password, **more)

    def type_code(self, code: str, **more: str) -> TestResponse:
        """The second factor."""
        return self.browser.post("/sign-in/staff/second", from_page="/sign-in/staff/second", code=code, **more)


def invite(site: Site, email: str, role: str) -> str:
    """The token by which someone new sets a password."""
    with site.database.transaction() as db:
        return members.invite(db, email=email, role=Role(role), by="the command line", now=clock.now()).token


def start_link(site: Site, role: str = "admin", email: str = MARA) -> str:
    """The path of a link as `make run` prints it, for somebody of this role."""
    from portal.people.accounts.links import Purpose, make_link

    invite(site, email, role)
    token = ids.new_token()
    with site.database.transaction() as db:
        staff = members.find_by_email(db, email=email)
        assert staff
        make_link(
            db,
            link_id=ids.new_id(),
            token=token,
            purpose=Purpose.START,
            account=members.account_of(staff),
            now=clock.now(),
        )
    return f"/sign-in/staff/start/{token}"


def newest_link(site: Site, email: str) -> str:
    """The path of the link in the newest mail to sign in."""
    for mail in site.mails():
        if email in mail.page and (found := re.search(r"/sign-in/link/[\w-]{43}", mail.page)):
            return found[0]
    raise AssertionError(f"No link was mailed to {email}.")


def log_of(site: Site) -> list[str]:
    """What was done, the last first."""
    with site.database.reading() as db:
        return [entry.act for entry in audit.read_page(db, number=1).entries]


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
