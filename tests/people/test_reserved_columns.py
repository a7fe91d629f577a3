"""The column of people's addresses, against SQL that goes past all of our code: nobody invented gets in."""

import pytest
from sqlalchemy.exc import IntegrityError

from tests.people.site import ADA, Site

pytestmark = pytest.mark.every_version


@pytest.mark.parametrize("address", ["jane@x.example", "jane@x.invalid", "Jane@people.customerhub.net", "jane@x.test"])
def test_a_reserved_address_cannot_be_stored_by_sql_either(site: Site, address: str) -> None:
    site.agreed(ADA)
    with pytest.raises(IntegrityError, match="email_is_real"):
        site.rows("update people set email = ?", address)
