"""The only place that reads Global Privacy Control: a browser's word that its person is not to be sold or shared."""

from flask import request

HEADER = "Sec-GPC"


def is_asked() -> bool:
    """Whether this request says `Sec-GPC: 1`; of several such headers one is enough, any other value says nothing.

    Several lines of a header reach us as one, with commas between (RFC 9110, 5.3).
    """
    return any(value.strip(" \t") == "1" for line in request.headers.getlist(HEADER) for value in line.split(","))
