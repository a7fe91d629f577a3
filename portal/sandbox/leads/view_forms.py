"""The only place for the form of a view: its name, with twins in place of what looks real."""

from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from portal.sandbox.drives.naming import NamedForm
from portal.sandbox.drives.twins import Twins


class ViewForm(NamedForm):
    """The name of a view, and the query of the list that it keeps."""

    list = HiddenField()


def shown_view_form(query: str, *, name: str = "") -> ViewForm:
    """The form as a page shows it first."""
    return ViewForm(data={"name": name, "list": query})


def sent_view_form(sent: MultiDict[str, str], *, twins: Twins) -> ViewForm:
    """The form as it was sent."""
    form: Any = ViewForm(sent)
    form.twins = twins
    checked: ViewForm = form
    return checked
