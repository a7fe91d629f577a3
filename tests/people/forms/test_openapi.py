"""The API's own description: valid by its specification, and kept to whatever is sent (schemathesis)."""

import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation.modes import GenerationMode

from tests.people.forms.test_api import Client
from tests.people.site import Site

GOOD, BAD = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
EXAMPLES = 25


def test_it_is_openapi_3_1_and_names_every_route_of_the_api(site: Site) -> None:
    described = site.get("/api/v1/openapi.json").get_json()
    assert described["openapi"] == "3.1.0"
    schema = schemathesis.openapi.from_dict(described)
    schema.validate()
    ours = [rule.rule for rule in site.app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]
    routes = {rule.replace("<slug>", "{form}") for rule in ours}
    left_out = {"/api/v1/openapi.json", *re.findall(r"/api/v1/[\w-]+", described["info"]["description"])}
    assert left_out == {"/api/v1/openapi.json", "/api/v1/mail-events"}
    assert routes - left_out == set(described["paths"])


@pytest.mark.parametrize(
    ("operation", "mode"),
    [("show_form", GOOD), ("show_challenge", GOOD), ("create_signup", GOOD), ("create_signup", BAD)],
)
def test_whatever_is_sent_gets_an_answer_that_the_document_names(
    site: Site, operation: str, mode: GenerationMode
) -> None:
    load_all_checks()
    schema = schemathesis.openapi.from_dict(site.get("/api/v1/openapi.json").get_json())
    schema.app = site.app
    statuses: set[int] = set()
    client = Client(site)
    found: Any = schema.find_operation_by_id(operation)
    # A generated address is nobody's and a generated form none of ours: to refuse what only looks right is right.
    left_out = CHECKS.get_by_names(["positive_data_acceptance"])

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=found.as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        case.headers["Authorization"] = f"Bearer {client.key}"
        if isinstance(case.body, dict) and "form" in case.body and mode is GOOD:
            case.body["form"] = client.form  # so that most are read to the end
        answer = case.call(base_url=site.settings.url)
        case.validate_response(answer, excluded_checks=left_out)
        statuses.add(answer.status_code)

    holds()
    assert statuses <= {200, 400, 401, 404, 409, 415, 422}
