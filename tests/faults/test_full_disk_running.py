"""The whole installation on a disk that fills up under it: logs, worker and all."""

import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from tests.faults.conftest import SmallDisk
from tests.people.site import first
from tests.support.running import Running

pytestmark = pytest.mark.usefixtures("on_sqlite")


def ask(url: str, **form: str) -> tuple[int, str]:
    """Status and text of a GET, or of a POST of `form`, where that leads to a page."""
    data = urllib.parse.urlencode(form).encode() if form else None
    try:
        with urllib.request.urlopen(url, data, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as fault:
        return fault.code, fault.read().decode()


def sign_up(site: Running, email: str) -> int:
    _, page = ask(f"{site.people}/sign-up")
    notice = first(r'name="notice" type="hidden" value="([^"]*)"', page)
    return ask(f"{site.people}/sign-up", name="Ada Lindqvar", email=email, notice=notice)[0]


def test_it_reads_on_hears_a_no_and_is_well_again_once_there_is_room(disk: SmallDisk) -> None:
    data = disk.folder / "data"
    with Running(data) as site:
        assert sign_up(site, "ada@people.customerhub.net") == 200
        _, outbox = ask(f"{site.people}/_outbox")
        _, mail = ask(site.people + first(r'href="(/_outbox/\w+)"', outbox))
        opt_out = first(r"/opt-out/[\w-]{43}", mail)
        disk.fill()
        length = (data / "people" / "people.log").stat().st_size
        for url in (f"{site.people}/", f"{site.people}/webinars/", f"{site.sandbox}/", f"{site.people}/metrics"):
            assert [ask(url)[0] for _ in range(30)] == [200] * 30  # more lines of log than fit into its last block
        assert sign_up(site, "ben@people.customerhub.net") == 503
        assert ask(site.people + opt_out, button="x")[0] == 200
        assert not (data / "people" / "reserve").exists()
        assert sign_up(site, "ben@people.customerhub.net") == 503
        disk.empty()
        assert sign_up(site, "ben@people.customerhub.net") == 200
        assert (data / "people" / "reserve").exists()
        assert (data / "people" / "people.log").stat().st_size > length
        assert wait_until_sent(site, seconds=30)
        assert site.portal("consent", "verify").returncode == 0
        logs = [log.read_text() for log in Path(data).glob("*/*.log")]
        assert not [log[log.index("Traceback") - 500 :][:3000] for log in logs if "Traceback" in log]


def wait_until_sent(site: Running, *, seconds: float) -> bool:
    """Whether the worker, which stood still for want of room, has nothing left to do."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if 'portal_messages{state="waiting"} 0.0' in ask(f"{site.people}/metrics")[1]:
            return True
        time.sleep(0.2)
    return False
