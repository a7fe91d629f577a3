"""The only place that says what each role may do."""

from enum import StrEnum


class Role(StrEnum):
    """What somebody works as here; one each."""

    MARKETER = "marketer"
    PUBLISHER = "publisher"
    PRIVACY = "privacy"
    ADMIN = "admin"


class Right(StrEnum):
    """Something that can be done in the studio."""

    ENTER = "see what is published and what needs work"
    PREVIEW = "see what is to come, as visitors will"
    PUBLISH = "publish, roll back and take off the site"
    WRITE_CAMPAIGNS = "preview and test campaigns, and see who would get one"
    SEND_CAMPAIGNS = "send, pause and cancel campaigns"
    WITHDRAW = "say no for a person who asked us to"
    HAND_OUT_KEYS = "make and end keys by which other systems post to our forms"
    HAND_ON = "hand people who agreed on to other systems"
    READ_LOG = "read the audit log"
    MANAGE_STAFF = "add staff, end their sessions, take them out"


RIGHTS: dict[Role, frozenset[Right]] = {
    Role.MARKETER: frozenset({Right.ENTER, Right.PREVIEW, Right.WRITE_CAMPAIGNS, Right.HAND_OUT_KEYS}),
    Role.PUBLISHER: frozenset(
        {
            *(Right.ENTER, Right.PREVIEW, Right.PUBLISH, Right.WRITE_CAMPAIGNS, Right.SEND_CAMPAIGNS),
            *(Right.HAND_OUT_KEYS, Right.HAND_ON),
        }
    ),
    Role.PRIVACY: frozenset({Right.ENTER, Right.WITHDRAW, Right.HAND_ON, Right.READ_LOG}),
    Role.ADMIN: frozenset(Right),
}
