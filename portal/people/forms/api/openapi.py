"""The only place that writes the OpenAPI 3.1 document, from the models of `schema.py`."""

from typing import Any

from pydantic.json_schema import models_json_schema

from portal.people.forms.api.schema import AcceptedSignup, FormOut, NewSignup, ProblemOut

_REF = "#/components/schemas/{model}"
_PROBLEMS = {
    "400": "It cannot be read, or it has no Idempotency-Key.",
    "401": "It names no origin of the form, and no key or an unknown one.",
    "403": "The key or the origin is another form's.",
    "404": "There is no such form.",
    "409": "The notice is not the one of now, or the same key is being worked on.",
    "413": "It is larger than 64 kB.",
    "415": "It is not JSON.",
    "422": "Something in it is wrong: `fields` says what. Or the key was used with another body.",
    "429": "Too many. `Retry-After` says how long to wait.",
    "503": "Not available right now. Send the same again, with the same key.",
}


def document(*, url: str) -> dict[str, Any]:
    """The document, for the portal at `url`."""
    _, schemas = models_json_schema(
        [(NewSignup, "validation"), *((model, "serialization") for model in (AcceptedSignup, FormOut, ProblemOut))],
        ref_template=_REF,
    )
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "CustomerHub learning center",
            "version": "1",
            "description": "Sign-ups with consent. The server alone decides what was shown. Not described here: "
            "/api/v1/mail-events, where mail providers post signed events (Standard Webhooks).",
        },
        "servers": [{"url": url}],
        "paths": {
            "/api/v1/forms/{form}": {"get": _show()},
            "/api/v1/signups": {"post": _create()},
            "/api/v1/challenge": {"get": _challenge()},
        },
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "A key of the form."}},
        },
    }


def _show() -> dict[str, Any]:
    form = {"name": "form", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    words = {"name": "words", "in": "query", "description": "One of `other_words`.", "schema": {"type": "string"}}
    return {
        "operationId": "show_form",
        "summary": "What to show a person, word for word",
        "security": [],
        "parameters": [form, words],
        "responses": {"200": _answer("FormOut", "The form.")} | _problems("400", "404", "429", "503"),
    }


def _create() -> dict[str, Any]:
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "A new UUID for each sign-up. The same key and body get the same answer, for 48 hours.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[A-Za-z0-9-]+$"},
    }
    return {
        "operationId": "create_signup",
        "summary": "Ask whether we may write to somebody, who then confirms it by our e-mail",
        "security": [{"key": []}, {}],
        "parameters": [key],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("NewSignup")}}},
        "responses": {"202": _answer("AcceptedSignup", "The same for everyone.")} | _problems(*_PROBLEMS),
    }


def _challenge() -> dict[str, Any]:
    return {
        "operationId": "show_challenge",
        "summary": "A little work for a page (ALTCHA), whose solution lets its visitor's network sign up more often",
        "security": [],
        "responses": {
            "200": {"description": "A challenge.", "content": {"application/json": {"schema": {"type": "object"}}}}
        }
        | _problems("400", "503"),
    }


def _answer(model: str, description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _ref(model)}}}


def _problems(*statuses: str) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _ref("ProblemOut")}}
    return {status: {"description": _PROBLEMS[status], "content": content} for status in statuses}


def _ref(model: str) -> dict[str, str]:
    return {"$ref": _REF.format(model=model)}
