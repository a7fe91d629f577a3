"""Every component of the people side in all its states, drawn by the templates that draw it elsewhere."""

from flask import Blueprint, render_template

from portal.people import web
from portal.people.consent.notices import list_wordings
from portal.people.forms.pages import draw_boxes
from portal.people.patterns import path_samples, samples
from portal.people.publications.topics import TOPICS
from portal.people.tips.schema import things_of
from portal.people.tips.tip import slug_of
from portal.people.webinars.library import list_webinars
from portal.shared import clock
from portal.shared.problems import Problem
from portal.shared.structured import graph

blueprint = Blueprint("patterns", __name__)
blueprint.before_request(web.only_in_development)


@blueprint.get("/_patterns")
def index() -> str:
    """All of them, with a link to the page of each that stands on one page alone."""
    now = clock.now()
    form = samples.refused_sign_up()
    with web.reading() as db:
        webinars = list_webinars(db, now=now)
    return render_template(
        "patterns/index.html",
        now=now,
        webinar=webinars[0] if webinars else None,
        offer=samples.OFFER,
        moments=samples.MOMENTS,
        offered={"setup-day": (samples.OFFER, samples.availability(now.date(), taken=17))},
        tallies=samples.TALLIES,
        stands=[samples.availability(now.date(), taken=taken) for taken in (0, 17, 24)],
        fields=samples.sample_form(),
        form=form,
        boxes=draw_boxes(form.wording, form.boxes, ("offers_email",)),
        agreements=samples.AGREEMENTS,
        claims=samples.CLAIMS,
        cards=samples.CARDS,
        film=samples.FILM,
        groups=samples.GROUPS,
        watched=samples.watched(webinars[0]) if webinars else None,
        tip=samples.TIP,
        course=path_samples.COURSE,
        certified=path_samples.CERTIFICATE,
        topics=[slug_of(topic) for topic in TOPICS],
        data=graph(*things_of(samples.TIP, url=web.settings().url, picture=None)),
        rows=samples.preferences(now),
        words=list_wordings(form.wording.name),
        entries=samples.history(now),
        obstacles=samples.obstacles(now),
        run=samples.run(now),
        own_passkeys=samples.passkeys(now),
        own_sessions=samples.sessions(now),
        problem=Problem(429, "Too much sent from your network", kept={"email": "ada@people.customerhub.net"}),
    )
