"""The peer of sign-ups: django-newsletter's own subscribe page, set up as its documentation says, and kindly.

Run by a Python of its own, in which Django is: FOLDER PORT URL, with the URL of a PostgreSQL or none. Its mail waits in
a queue in the database (django-mailer), written by the same transaction as the subscription, for somebody else to send;
SQLite is in WAL mode and every commit reaches the disk: all as with us.
"""

import sys
from urllib.parse import parse_qs, urlsplit

import django
import waitress
from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.urls import include, path

urlpatterns: list[object] = []  # filled in once Django is set up


def main(folder: str, port: int, server_url: str) -> None:
    """Answer at /newsletter/news/subscribe/ until told to stop."""
    settings.configure(
        SECRET_KEY="of a peer",
        ALLOWED_HOSTS=["localhost"],
        ROOT_URLCONF=__name__,
        SITE_ID=1,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        EMAIL_BACKEND="mailer.backend.DbBackend",
        NEWSLETTER_USE_HTTPS=False,
        NEWSLETTER_THUMBNAIL="sorl-thumbnail",
        DATABASES={"default": _database(folder, server_url)},
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
        INSTALLED_APPS=[
            "django.contrib.admin",
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "django.contrib.messages",
            "django.contrib.sites",
            "sorl.thumbnail",
            "mailer",
            "newsletter",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
    )
    django.setup()
    call_command("migrate", verbosity=0)
    from newsletter.models import Newsletter

    urlpatterns.append(path("newsletter/", include("newsletter.urls")))
    news = Newsletter.objects.create(title="News", slug="news", email="news@people.customerhub.net", sender="News")
    news.site.add(settings.SITE_ID)
    waitress.serve(get_wsgi_application(), listen=f"localhost:{port}", threads=12, ident="")


def _database(folder: str, server_url: str) -> dict[str, object]:
    if server_url:
        server = urlsplit(server_url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": server.hostname or parse_qs(server.query)["host"][0],
            "PORT": server.port or "",
            "NAME": server.path.removeprefix("/"),
            "USER": server.username,
            "PASSWORD": server.password,
            "CONN_MAX_AGE": None,
            "ATOMIC_REQUESTS": True,
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{folder}/newsletter.db",
        "CONN_MAX_AGE": None,
        "ATOMIC_REQUESTS": True,
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
    }


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
