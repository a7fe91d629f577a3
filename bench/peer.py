"""The peer of the leads list: a Flask-Admin page of the same leads, set up as its documentation does."""

from flask import Flask
from flask_admin import Admin
from flask_admin.contrib.sqla import ModelView
from sqlalchemy import Table, create_engine
from sqlalchemy.orm import DeclarativeBase, scoped_session, sessionmaker


class _Base(DeclarativeBase):
    pass


def flask_admin_app(url: str, table: Table) -> Flask:
    """An app whose `/admin/lead/` lists the rows of `table`, fifty to a page, the latest first."""

    class Lead(_Base):
        __table__ = table

    shown = {
        "column_list": ("name", "company", "stage", "value", "tags", "email", "last_words"),
        "column_searchable_list": ("name", "company", "email"),
        "column_filters": ("stage", "owner"),
        "column_default_sort": ("last_at", True),
        "page_size": 50,
    }
    view = type("Leads", (ModelView,), shown)
    app = Flask("peer")
    app.config.update(SECRET_KEY="of a peer", SERVER_NAME=None)
    session = scoped_session(sessionmaker(create_engine(url)))
    Admin(app).add_view(view(Lead, session, endpoint="lead"))
    app.teardown_appcontext(lambda _fault: session.remove())
    return app
