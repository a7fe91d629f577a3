"""What every request meets before and after its view, on a small app that stands on the same ground."""

import gzip
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask, Response, redirect, request, session
from flask.testing import FlaskClient
from sqlalchemy import MetaData, insert, select
from sqlalchemy.orm import DeclarativeBase
from structlog.testing import capture_logs
from werkzeug.wrappers import Response as Answer

from portal.shared.database import Database
from portal.shared.ground import MOST_BYTES, lay_ground
from portal.shared.headers import content_policy
from portal.shared.sessions import ServerSideSessions, SessionRow
from portal.shared.stores import transaction, use_stores

URL = "http://localhost:8000"
NOW = datetime(2026, 3, 12, tzinfo=UTC)
FRIEND = "http://127.0.0.1:9000"


class Base(DeclarativeBase):
    metadata = MetaData()


class Row(SessionRow, Base):
    __tablename__ = "sessions"


def make_app(folder: Path, url: str = URL) -> Flask:
    app = Flask("small", static_folder=None)
    database = Database(f"sqlite:///{folder / 'small.db'}", synchronous="FULL")
    Base.metadata.create_all(database.writer)
    use_stores(app, settings=None, database=database)
    app.session_interface = ServerSideSessions(Row, database)
    lay_ground(
        app,
        side="people",
        url=url,
        proxies=0,
        secret_keys=("k" * 32,),
        policy=content_policy(),
        no_origin_check=frozenset({"one_click"}),
        other_origins={"open_door": FRIEND},
    )
    app.context_processor(lambda: {"sandbox_url": FRIEND, "is_development": True, "signed_in": None})

    @app.get("/")
    def home() -> str:
        return "home"

    @app.get("/broken")
    def broken() -> str:
        raise KeyError("ada@people.customerhub.net")

    @app.get("/writes")
    def writes() -> str:
        with transaction():
            return "never"

    _add_session_views(app)

    def echo() -> Response:
        return Response(request.form.get("a", ""))

    app.add_url_rule("/post", "post", echo, methods=["POST"])
    app.add_url_rule("/one-click", "one_click", echo, methods=["POST"])
    app.add_url_rule("/open-door", "open_door", echo, methods=["POST"])
    return app


def _add_session_views(app: Flask) -> None:
    @app.get("/begin")
    def begin() -> str:
        session["who"] = "Ada"
        return "begun"

    @app.get("/token")
    def token() -> str:
        from flask_wtf.csrf import generate_csrf

        return str(generate_csrf())

    @app.get("/end")
    def end() -> str:
        session.clear()
        return "ended"

    @app.get("/rename")
    def rename() -> str:
        session["who"] = "Ada L."
        return "renamed"

    @app.post("/enter")
    def enter() -> Answer:
        session["who"] = "Ada"
        return redirect("/who", 303)

    @app.get("/who")
    def who() -> str:
        return str(session.get("who", "nobody"))


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = make_app(tmp_path)
    yield app
    app.extensions["database"].close()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": URL}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:8001"}, 403),
        ({"Origin": "https://localhost:8000"}, 403),
        ({"Origin": FRIEND}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
def test_a_post_is_accepted_from_our_own_pages_and_from_what_is_no_browser(
    client: FlaskClient, headers: dict[str, str], status: int
) -> None:
    assert client.post("/post", data={"a": "b"}, headers=headers).status_code == status


def test_one_click_opt_outs_need_no_origin_even_with_a_session(client: FlaskClient) -> None:
    client.get("/begin")
    for origin in ("null", "https://mail.people.customerhub.net"):
        assert client.post("/one-click", headers={"Origin": origin}).status_code == 200


def test_one_address_takes_a_form_from_one_other_origin_without_a_token(client: FlaskClient) -> None:
    client.get("/begin")
    assert client.post("/open-door", headers={"Origin": FRIEND}).status_code == 200
    assert client.post("/open-door", headers={"Origin": "http://127.0.0.1:9001"}).status_code == 403


def test_with_a_session_a_form_needs_its_token(client: FlaskClient) -> None:
    client.get("/begin")
    assert client.post("/post", data={"a": "b"}).status_code == 403
    token = client.get("/token").text
    assert client.post("/post", data={"a": "b", "csrf_token": token}).status_code == 200
    assert client.post("/post", data={"a": "b", "csrf_token": token[:-1] + "!"}).status_code == 403


def test_no_cookie_is_set_before_something_needs_one(client: FlaskClient) -> None:
    for address in ("/", "/nothing-here", "/healthz"):
        assert "Set-Cookie" not in client.get(address).headers


def test_a_saved_cookie_dies_with_its_session(client: FlaskClient) -> None:
    client.get("/begin")
    assert client.get("/who").text == "Ada"
    saved = client.get_cookie("people-session")
    assert saved is not None
    client.get("/end")
    client.set_cookie("people-session", saved.value)
    assert client.get("/who").text == "nobody"


def test_only_the_digest_of_a_session_id_is_stored(app: Flask, client: FlaskClient) -> None:
    client.get("/begin")
    cookie = client.get_cookie("people-session")
    assert cookie is not None
    with app.extensions["database"].reading() as db:
        digests = list(db.scalars(select(Row.id_digest)))
    assert digests == [sha256(cookie.value.encode()).hexdigest()]


def test_under_https_the_cookie_is_bound_to_the_host_and_the_transport(tmp_path: Path) -> None:
    answer = make_app(tmp_path, "https://learn.people.customerhub.net").test_client().get("/begin")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-people-session=")
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def test_it_answers_for_its_own_host_alone_but_for_probes(client: FlaskClient) -> None:
    assert client.get("/", headers={"Host": "LOCALHOST:8000"}).status_code == 200
    for host in ("127.0.0.1:8000", "localhost:8001", "localhost", "attacker.example"):
        assert client.get("/", headers={"Host": host}).status_code == 400
        assert client.get("/healthz", headers={"Host": host}).status_code == 200
    forged = client.get("/", headers={"X-Forwarded-Host": "attacker.example"})
    assert forged.status_code == 200
    assert "attacker" not in forged.text


@pytest.mark.parametrize("address", ["/?q=%ff", "/?q=%00", "/%00", "/%ff", "/?q=%ed%a0%80"])
def test_an_address_that_cannot_be_text_is_refused_in_words(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    assert "Check the link" in answer.text


def test_a_form_that_cannot_be_text_or_is_too_large_is_refused_in_words(client: FlaskClient) -> None:
    kind = "application/x-www-form-urlencoded"
    assert client.post("/post", data=b"a=%ff", content_type=kind).status_code == 400
    large = client.post("/post", data={"a": "b" * MOST_BYTES})
    assert large.status_code == 413
    assert "Shorten it" in large.text


def test_a_form_of_another_kind_is_refused_and_not_taken_for_an_empty_one(client: FlaskClient) -> None:
    for kind in ("application/json", "text/plain", "application/octet-stream"):
        assert client.post("/post", data=b"a=b", content_type=kind).status_code == 415
    assert client.post("/post").status_code == 200
    assert client.post("/post", data={"a": ["b", "c"]}).status_code == 400
    assert client.get("/?q=1&q=2").status_code == 400


def test_two_tabs_do_not_undo_what_the_other_put_into_the_session(app: Flask, client: FlaskClient) -> None:
    client.get("/begin")
    cookie = client.get_cookie("people-session")
    assert cookie is not None
    with app.test_request_context("/", headers={"Cookie": f"people-session={cookie.value}"}):
        stale = app.session_interface.open_session(app, request)
        assert stale is not None
        client.get("/rename")
        stale["word"] = "said"
        app.session_interface.save_session(app, stale, Response())
    assert client.get("/who").text == "Ada L."


def test_a_fault_of_ours_is_a_page_that_tells_nothing(client: FlaskClient) -> None:
    answer = client.get("/broken")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text
    assert "KeyError" not in answer.text
    assert "ada@" not in answer.text


def test_errors_are_problem_json_where_data_was_asked_for(client: FlaskClient) -> None:
    answer = client.get("/nothing-here", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["status"] == 404
    assert answer.get_json()["request_id"] == answer.headers["X-Request-ID"]


def test_the_log_of_a_fault_holds_no_value_that_was_stored(app: Flask, client: FlaskClient) -> None:
    @app.get("/twice")
    def twice() -> str:
        with app.extensions["database"].transaction() as db:
            for _ in range(2):
                row = {"id_digest": "ada@people.customerhub.net", "content": "", "created_at": NOW, "seen_at": NOW}
                db.execute(insert(Row).values(**row))
        return "never"

    with capture_logs() as logged:
        assert client.get("/twice").status_code == 500
    (fault,) = (event for event in logged if event["event"] == "request.failed")
    assert fault["error"] == "IntegrityError"
    assert "ada@" not in str(fault)
    assert "ada@" not in str(fault["exc_info"])


def test_a_store_that_is_away_is_said_with_a_session_too(app: Flask, client: FlaskClient) -> None:
    client.get("/begin")
    with app.extensions["database"].writer.connect() as connection:
        connection.exec_driver_sql("alter table sessions rename to elsewhere")
        connection.commit()
    answer = client.get("/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_what_a_session_cannot_keep_fails_an_act_and_no_page(app: Flask, client: FlaskClient) -> None:
    with app.extensions["database"].writer.connect() as connection:
        connection.exec_driver_sql("alter table sessions rename to elsewhere")
        connection.commit()
    assert client.get("/begin").text == "begun"
    answer = client.post("/enter")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "Try again in a few seconds" in answer.text
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_a_get_has_no_transaction_that_could_write(client: FlaskClient) -> None:
    assert client.get("/writes").status_code == 500


def test_every_answer_carries_the_strict_policy(client: FlaskClient) -> None:
    for address in ("/", "/nothing-here", "/healthz", "/broken"):
        headers = client.get(address).headers
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "strict-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_static_files_are_compressed_and_kept_for_a_year(app: Flask, client: FlaskClient) -> None:
    with app.app_context():
        address = app.jinja_env.globals["asset"]("people.css")  # type: ignore[operator]
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data).startswith(b"@layer")
    answer.close()
