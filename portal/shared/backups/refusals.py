"""The only place for what keeps a backup or a restore from being made; each message says what to do."""


class Refused(Exception):
    """It was not done."""


class NotABackup(Refused):
    """The folder holds no whole backup of this side, or there is nothing sound to be backed up."""


class NotEmpty(Refused):
    """There is something already where it would be put."""


class InUse(Refused):
    """Somebody else has the database open."""
