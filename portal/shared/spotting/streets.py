"""The only place that finds street lines and post boxes in a text that was read.

A street with no number, or with none of the words that streets are called by, is nothing to go by.
"""

import re
from collections.abc import Iterator

from portal.shared.spotting.found import Found
from portal.shared.spotting.words import ABOUT, means_other


def find_streets(text: str) -> Iterator[Found]:
    """Street lines as several countries write them, with the flat or the floor where one follows."""
    if not _MAY_HOLD.search(text):
        return
    for pattern in _STREETS:
        for found in pattern.finditer(text):
            if not means_other(text[max(0, found.start() - ABOUT) : found.start()]):
                yield Found("street", *found.span(), _normal(found["line"]))


def _normal(line: str) -> str:
    """House and street without the flat, in lower case."""
    return " ".join(re.findall(r"[\w'-]+", line)).casefold()


_UNIT = (
    r"(?i:,? {1,2}(?:#|(?:apt|apartment|unit|suite|ste|flat|room|rm|floor|fl|bldg|building|appt|etage|piso)\b\.? ?#? ?)"
    r"[a-z0-9-]{1,6}\b)?"
)
_NAME = r"(?:[A-Z][\w'.-]*|[0-9]{1,3}(?:st|nd|rd|th|ST|ND|RD|TH))"
_SIDE = r"(?:(?:[NSEW]|[NS][EW]|North|South|East|West)\.? )?"
_WAYS = (
    "Street|St|Avenue|Ave|Av|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Court|Ct|Place|Pl|Square|Sq|Way|Terrace|Ter|Circle|"
    "Cir|Parkway|Pkwy|Highway|Hwy|Trail|Trl|Row|Close|Crescent|Cres|Gardens|Gdns|Mews|Loop|Alley|Quay|Walk|Hill|Grove|"
    "Turnpike|Pike|Plaza|Broadway|Rise|Wharf|Esplanade|Parade|Vale|Green|Path|Ridge|Bend|Point|Cove"
)
_AMERICAN = rf"[0-9]{{1,6}}[A-Za-z]?(?:[-/][0-9]{{1,4}})?,? {_SIDE}(?:{_NAME} ){{1,4}}(?i:{_WAYS})\b(?! [a-z]+ing\b)"
_PLACED = r"(?:(?<=at )|(?<=to )|(?<=is )|(?<=from )|(?<=near )|(?<=address )|(?<=[:;,(] )|(?<=:)|(?<=\n)|^)"
_NO_NAME = (
    "of|in|the|a|an|on|to|down|up|from|by|and|or|per|more|no|miles?|km|minutes?|min|hours?|days?|weeks?|speed|way|lanes?|"
    "wheel|hard|test|belt|chain|bikes?|people|times?|x|mm|cm|kg|lb|feet|foot|ft|inch|inches|met(?:er|re)s?|st|nd|rd|th|am|"
    "pm|for|with|at|left|right|rear|front|gravel|back|side|open|off|dirt|long|short|steep|new|old"
)
_LOWER = (
    rf"{_PLACED}[0-9]{{1,6}}[a-z]? (?:(?:[nsew]|north|south|east|west)\.? )?(?:(?!(?:{_NO_NAME})\b)[\w'-]+ ){{1,2}}"
    r"(?:street|st|avenue|ave|road|rd|blvd|boulevard|lane|ln|drive|dr|court|ct)\b"
)
_ENDING = (
    r"(?:strasse|str\.|gasse|allee|chaussee|ufer|(?<![Pp]ark)(?<![Ss]tell)(?<![Aa]rbeits)(?<![Ss]itz)platz|"
    r"(?<![Rr]ad)(?<![Uu]m)(?<![Rr]uck)weg|straat|laan|gracht|kade|plein|gatan|vagen|gata|veien|gade|vej|katu)"
)
_GERMANIC = (
    rf"(?:[A-Z][\w.'-]* ){{0,3}}(?:[A-Z][\w'-]*{_ENDING}|Strasse|Str\.|Allee|Platz|Weg|Gasse),? "
    r"[0-9]{1,4}(?: ?[a-zA-Z]\b)?(?:[-/][0-9IVX]{1,4})?(?![\w.,]*[0-9])"
)
_FRENCH_WAYS = r"rue|avenue|av\.|boulevard|bd|place|chemin|impasse|allee|quai|cours|route"
_FRENCH = (
    rf"(?i:[0-9]{{1,4}}(?: ?(?:bis|ter|quater))?,? (?:{_FRENCH_WAYS}))"
    r"(?: (?:de|du|des|la|le|les|aux?|sur|sous))*(?: [dl]')?(?: |(?<='))[\w'-]{3,}(?: (?:de|du|des|la|[A-Z][\w'-]+))*"
)
_ROMANCE_WAYS = (
    r"Calle|C/|Avenida|Avda\.?|Plaza|Paseo|Carrer|Camino|Via|Viale|Piazza|Corso|Vicolo|Largo|Rua|Travessa|Praca|"
    r"ul\.|al\.|ulica|Strada|Bulevardul|Jalan|Jl\."
)
_ROMANCE = (
    rf"(?:{_ROMANCE_WAYS})(?: ?(?:de|del|della|delle|dei|la|las|los|el|do|da|dos|das|di))* ?[A-Z][\w'.-]*"
    r"(?: (?:(?:de|del|la|da|do|e) )?[A-Z][\w'.-]*){0,3},? (?:n[o.]{1,2} ?)?[0-9]{1,4}(?: ?[a-zA-Z]\b)?"
    r"(?![\w.,]*[0-9])"
)
_BOX = r"(?i:P\.? ?O\.? ?Box|Postfach|Postbus|Apartado|Casella Postale|Boite Postale|Locked Bag) (?:[0-9] ?){1,8}(?<! )"
_STREETS = tuple(
    re.compile(rf"(?<![\w$€£#.,/-])(?P<line>{line})\.?{_UNIT}(?!\w)", flags | re.MULTILINE)
    for line, flags in (
        (_AMERICAN, 0),
        (_LOWER, re.IGNORECASE),
        (_GERMANIC, 0),
        (_FRENCH, 0),
        (_ROMANCE, 0),
        (_BOX, 0),
    )
)
_MAY_HOLD = re.compile(
    rf"\b(?:{_WAYS}|{_FRENCH_WAYS}|{_ROMANCE_WAYS}|strasse|str|platz|weg|box|postfach|postbus|apartado|casella|boite|"
    rf"locked)(?!\w)|{_ENDING}",
    re.IGNORECASE,
)
