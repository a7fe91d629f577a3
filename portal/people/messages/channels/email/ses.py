"""The only place that speaks to Amazon SES (API v2): the mail goes over as it is, SES signs it for its domain.

Credentials and, for another address of the service, AWS_ENDPOINT_URL_SESV2 come the way the SDK reads them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from portal.people.messages.channels.email.envelope import is_nobodys, message_id_in
from portal.people.messages.channels.outcome import Outcome, Result
from portal.people.messages.mail import SENDER

if TYPE_CHECKING:
    from types_boto3_sesv2 import SESV2Client

TIMEOUT = 20.0  # seconds, for each step
# Its own repetition would be a second mail where the first was taken over and the answer lost.
_CONFIG = Config(connect_timeout=TIMEOUT, read_timeout=TIMEOUT, retries={"total_max_attempts": 1})
# What is wrong with this mail for ever; the rest is a matter of the account, the pace or the moment.
_FOR_GOOD = frozenset({"MessageRejected", "BadRequestException"})


class SesAway(Exception):
    """SES does not answer us; the message is its word for why."""


class AccountClosed(Exception):
    """SES answers, and would take nothing over; the message says why."""


@dataclass(frozen=True)
class Ses:
    """SES in one region."""

    region: str

    @contextmanager
    def session(self) -> Iterator["Ses"]:
        """Itself: the SDK holds its connections open."""
        yield self

    def send(self, content: bytes, *, to: str) -> Result:
        """Hand over one mail; an address that is nobody's never reaches the socket."""
        if is_nobodys(to):
            return Result(Outcome.REFUSED, "nobody reads mail there")
        try:
            self.client.send_email(
                FromEmailAddress=SENDER.addr_spec,
                Destination={"ToAddresses": [to]},
                Content={"Raw": {"Data": content}},
                EmailTags=[{"Name": "message", "Value": message_id_in(content) or "none"}],
            )
        except ClientError as fault:
            return _refused(fault)
        except HTTPClientError as fault:  # the line broke, or went silent, after the mail was on it
            return Result(Outcome.UNKNOWN, type(fault).__name__)
        except BotoCoreError as fault:  # no line, no credentials
            return Result(Outcome.LATER, type(fault).__name__)
        return Result(Outcome.SENT, "taken by SES")

    def try_out(self) -> None:
        """Ask whether the account may send, and hand nothing over. Raises AccountClosed or SesAway."""
        try:
            account = self.client.get_account()
        except ClientError as fault:
            raise SesAway(str(fault.response.get("Error", {}).get("Code", ""))[:60]) from fault
        except BotoCoreError as fault:
            raise SesAway(type(fault).__name__) from fault
        if not account.get("SendingEnabled"):
            raise AccountClosed("sending is off for this account.")
        if not account.get("ProductionAccessEnabled"):
            raise AccountClosed("the account is in its sandbox, and writes to verified addresses alone.")

    @cached_property
    def client(self) -> "SESV2Client":
        """The SDK's client, which is kept."""
        return boto3.client("sesv2", region_name=self.region, config=_CONFIG)


def _refused(fault: ClientError) -> Result:
    code = str(fault.response.get("Error", {}).get("Code", ""))[:60]
    status = fault.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500 and status != 503:  # it may have been taken over before something there broke
        return Result(Outcome.UNKNOWN, code)
    return Result(Outcome.REFUSED if code in _FOR_GOOD else Outcome.LATER, code)
