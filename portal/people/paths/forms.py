"""The form that asks for a certificate."""

from wtforms import Form, StringField, ValidationError
from wtforms.validators import Length

MOST = 100


class CertificateForm(Form):
    """A name to stand on it, for who wants one there."""

    name = StringField(
        "A name on it",
        [Length(max=MOST, message=f"There is room for {MOST} characters.")],
        filters=[lambda v: v and v.strip()],
    )

    def validate_name(self, field: StringField) -> None:
        if not (field.data or "").isprintable():
            raise ValidationError("Type letters, without line breaks or signs that cannot be seen.")
