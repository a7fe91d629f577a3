"""The form that a code is typed into."""

from wtforms import Form, StringField
from wtforms.validators import InputRequired


class CodeForm(Form):
    """One code, as it was written down."""

    code = StringField("Your code", [InputRequired("Type the twelve characters of your code.")])
