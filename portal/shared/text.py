"""The only place that decides what can be text at all; what only looks dangerous is kept and shown as text."""

import re
from urllib.parse import unquote_to_bytes

from wtforms import Field, Form
from wtforms.validators import ValidationError

_NEVER_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd-\uffff]")


class NotText(ValueError):
    """The value cannot be stored as text; the message says what to do, in the words of a form."""


def checked_text(value: str, *, most: int) -> str:
    """`value` with line ends as `\\n`, or NotText where it holds control characters or more than `most` characters."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    if _NEVER_TEXT.search(value):
        raise NotText("This holds characters that cannot be shown. Type it again, or paste it as plain text.")
    if len(value) > most:
        raise NotText(f"This is {len(value):,} characters long. Shorten it to {most:,} or fewer.")
    return value


class PlainText:
    """A WTForms validator: text that can be stored, of `most` characters at the most, on one line unless `lines`."""

    def __init__(self, *, most: int, lines: bool = False) -> None:
        self.most = most
        self.lines = lines

    def __call__(self, form: Form, field: Field) -> None:
        if field.data is None:
            return
        try:
            field.data = checked_text(field.data, most=self.most)
        except NotText as fault:
            raise ValidationError(str(fault)) from fault
        if not self.lines and "\n" in field.data:
            raise ValidationError("Write this on one line.")


def is_utf8(urlencoded: bytes) -> bool:
    """Whether a query string or a form body decodes; Werkzeug would otherwise keep broken bytes as they are."""
    try:
        unquote_to_bytes(urlencoded).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
