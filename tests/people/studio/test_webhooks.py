"""Out to the CRM in the studio: add, look, send again, end, take the file; each act in the log, none by who may not."""

from typing import Any

import pytest

from portal.people.staff.roles import Role
from tests.people.browser import Browser
from tests.people.site import ADA, BEN, Site
from tests.people.test_webhooks import Crm, deliver

HERE = "/studio/webhooks/"
ALL = dict.fromkeys(("confirmed", "withdrawn", "signed_up", "erased"), "y")


def mara(site: Site) -> Browser:
    return Browser(site).by_start_link()


def add(browser: Browser, url: str, **events: str) -> Any:
    return browser.post(HERE, from_page=HERE, url=url, **(events or ALL))


def test_what_is_added_hears_of_a_yes_and_the_log_tells_of_it(site: Site) -> None:
    browser, crm = mara(site), Crm()
    with crm.serve() as url:
        where = add(browser, url).location
        site.agreed(ADA, "offers_email")
        deliver(site)
    page = browser.get(where).text
    assert "whpk_" in page
    assert "whsec_" in page
    for headers, _body in crm.posted:
        assert headers["webhook-id"] in page
    assert "Taken" in page
    assert ADA not in page
    assert acts(site) == ["added a webhook"]


def test_one_is_sent_again_and_an_ended_one_is_not(site: Site) -> None:
    browser, crm = mara(site), Crm()
    with crm.serve() as url:
        where = add(browser, url).location
        site.agreed(ADA, "offers_email")
        deliver(site)
        delivery = crm.posted[0][0]["webhook-id"]
        again = f"{where}/deliveries/{delivery}/replay"
        assert browser.post(again, from_page=where).status_code == 303
        deliver(site)
        assert [headers["webhook-id"] for headers, _body in crm.posted].count(delivery) == 2
        assert browser.post(f"{where}/end", from_page=where).status_code == 303
        assert browser.post(again, from_page=HERE).status_code == 409
        site.agreed(BEN, "offers_email")
        deliver(site)
    assert len(crm.posted) == 3
    assert "Send again" not in browser.get(where).text
    assert acts(site) == ["added a webhook", "sent a webhook again", "ended a webhook"]


@pytest.mark.parametrize(
    "url", ["", "http://crm.customerhub.net/", "https://169.254.169.254/", "https://localhost.localdomain.internal/"]
)
def test_an_address_that_leads_inward_is_shown_again_with_what_to_do(site: Site, url: str) -> None:
    answer = add(mara(site), url)
    assert answer.status_code == 422
    assert 'value="' + url in answer.text
    assert site.count("webhook_endpoints") == 0


def test_who_hears_of_a_yes_must_hear_of_a_no(site: Site) -> None:
    browser = mara(site)
    answer = add(browser, "https://crm.customerhub.net/", confirmed="y")
    assert answer.status_code == 422
    assert "must hear of a no" in answer.text
    assert "Choose at least one" in add(browser, "https://crm.customerhub.net/", other="y").text
    assert add(browser, "https://crm.customerhub.net/", withdrawn="y", erased="y").status_code == 303


def test_the_file_holds_who_agrees_and_the_log_says_who_took_it(site: Site) -> None:
    site.agreed(ADA, "offers_email")
    browser = mara(site)
    answer = browser.post("/studio/people.csv", from_page=HERE, preset="contacts")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert ADA in answer.text
    assert acts(site) == ["exported people who agreed"]
    assert site.rows("select about from audit_log where act = 'exported people who agreed'") == [("contacts: 1",)]
    assert browser.post("/studio/people.csv", from_page=HERE, preset="x").status_code == 422


def test_whose_role_does_not_include_it_sees_and_takes_nothing(site: Site) -> None:
    browser = Browser(site).by_start_link(role=Role.MARKETER)
    for answer in (browser.get(HERE), browser.post("/studio/people.csv", preset="generic"), add(browser, "x")):
        assert answer.status_code == 403


def test_what_is_not_there_is_not_found(site: Site) -> None:
    browser = mara(site)
    for path in (f"{HERE}nothing", f"{HERE}x%27"):
        assert browser.get(path).status_code == 404
    assert browser.post(f"{HERE}nothing/end").status_code == 404
    assert browser.post(f"{HERE}nothing/deliveries/msg_x/replay").status_code == 404
    where = add(browser, "https://crm.customerhub.net/").location
    assert browser.get(f"{where}?page=x").status_code == 400
    assert browser.get(f"{where}?page=99").status_code == 200


def acts(site: Site) -> list[str]:
    return [act for (act,) in site.rows("select act from audit_log order by at") if "webhook" in act or "export" in act]
