"""The only place that says whether a recipe makes sense: whether its parts fit, and whether all of it is invented."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl

from portal.sandbox.scenarios import recipe as parts
from portal.sandbox.scenarios.cast import slug, threads_short_of_companies
from portal.sandbox.scenarios.recipe import Recipe, Thread
from portal.sandbox.scenarios.wording import SLOT, SPLIT, VOICES
from portal.shared.reserved import NO_ZIP, STREETS, Kind, is_reserved_email
from portal.shared.spotting import spotted

Wrong = tuple[tuple[str | int, ...], str]


def faults_of(recipe: Recipe) -> Iterator[Wrong]:
    """What is wrong in `recipe`: the key, and what to do."""
    yield from _fitting(recipe)
    yield from _stories(recipe)
    for at, thread in enumerate(recipe.threads):
        yield from _thread(recipe, thread, ("threads", at))
    for name, lines in recipe.common.items():
        yield from _lines(name, lines, set(parts.SLOTS), ("common", name))
        if name in ("won_more", "lost_more"):
            yield from _reasons(recipe, name.removesuffix("_more"), lines, ("common", name))
    yield from _invented(recipe)


def _fitting(recipe: Recipe) -> Iterator[Wrong]:
    marks = tuple(stage.mark for stage in recipe.stages)
    if marks != parts.MARKS:
        at = next((at for at, pair in enumerate(zip(marks, parts.MARKS, strict=False)) if pair[0] != pair[1]), 0)
        words = f"Give one stage for each mark, in this order: {', '.join(parts.MARKS)}. The names are free."
        yield ("stages", at), words
    yield from _unknown([owner.voice for owner in recipe.owners], VOICES, "owners", "voice")
    yield from _unknown([source.kind for source in recipe.sources], parts.KINDS, "sources", "kind of source")
    for tag in {"Repeat buyer", "Slow payer", "Referred"}.difference(recipe.tags):
        yield ("tags",), f"{tag} is missing, which stories give to some leads."
    yield from _unknown([habit.tag for habit in recipe.habits], recipe.tags, "habits", "tag")
    for at, stage in enumerate(recipe.stages):
        for _, words in _unknown(stage.needs, parts.NEEDS, "", "thing to ask of a deal"):
            yield ("stages", at, "needs"), words
    for part, questions in (("views", recipe.views), ("segments", recipe.segments)):
        for at, question in enumerate(questions):
            try:
                parse_qsl(question.ask, strict_parsing=True)
            except ValueError:
                yield (part, at, "ask"), "Write what the address of the list says after its ?, such as stage=Proposal."
    yield from _names(recipe)


def _names(recipe: Recipe) -> Iterator[Wrong]:
    firsts, lasts = ([slug(name) for name in recipe.names[part]] for part in ("first", "last"))
    yield from _alike(recipe, firsts, lasts)
    for at, name in enumerate(recipe.names["mentioned"]):
        if name in recipe.names["first"]:
            yield ("names", "mentioned", at), f"{name} is a first name of leads, too. Take it out of one list."
    if len(firsts) * len(lasts) < recipe.leads:
        yield ("names",), "There are too few names for so many leads. Add first or last names."
    elif not any(thread.is_company and not thread.companies for thread in recipe.threads):
        yield from _companies(recipe)


def _alike(recipe: Recipe, firsts: Sequence[str], lasts: Sequence[str]) -> Iterator[Wrong]:
    """Addresses are made of names, so no two names may look alike in one: see `cast.py`."""
    for part, slugs in (("first", firsts), ("last", lasts)):
        for at, one in enumerate(slugs):
            name = recipe.names[part][at]
            if slugs.index(one) < at:
                yield ("names", part, at), f"{name} is there twice, or reads like another in an e-mail address."
            if len(one) < 2 or re.search("[0-9]", one):
                yield ("names", part, at), f"{name} makes no e-mail address: use two letters or more, and no digits."
    for name in sorted({f"{one[:1]}{last}" for one in firsts for last in lasts}.intersection(firsts)):
        yield ("names", "first", firsts.index(name)), f"{name} reads like an initial and a last name. Use another."


def _companies(recipe: Recipe) -> Iterator[Wrong]:
    slots = ("word", "last", "town")
    seen: dict[str, str] = {}
    for at, thread in enumerate(recipe.threads):
        for which, pattern in enumerate(thread.companies):
            key = ("threads", at, "companies", which)
            for slot in set(SLOT.findall(pattern)).difference(slots):
                yield key, f"{{{slot}}} stands for nothing here. Use {{word}}, {{last}} or {{town}}."
            if (shape := SLOT.sub("…", pattern)) in seen:
                yield key, f"{seen[shape]} makes the same names. Write another one."
            seen[shape] = pattern
    for at in threads_short_of_companies(recipe):
        words = "These make too few names for so many leads. Add patterns, or more words, last names or towns."
        yield ("threads", at, "companies"), words


def _stories(recipe: Recipe) -> Iterator[Wrong]:
    threads = [thread.name for thread in recipe.threads]
    for at, campaign in enumerate(recipe.campaigns):
        if campaign.day > recipe.months * 30:
            yield ("campaigns", at, "day"), f"That is before the scenario begins. Use {recipe.months * 30} or less."
        for _, words in _unknown(campaign.threads, threads, "", "thread"):
            yield ("campaigns", at, "threads"), words
    for at, shape in enumerate(recipe.shapes):
        if shape.beats[0] != "arrive":
            yield ("shapes", at, "beats"), "A story begins with arrive."
        for _, words in _unknown([re.sub(r"\*?\?{0,2}$", "", beat) for beat in shape.beats], parts.BEATS, "", "beat"):
            yield ("shapes", at, "beats"), words


def _unknown(values: Sequence[str], known: Sequence[str], part: str, what: str) -> Iterator[Wrong]:
    for at, value in enumerate(values):
        if value not in known:
            yield (part, at), f"{value} is no {what}. Use one of {', '.join(known)}."


def _thread(recipe: Recipe, thread: Thread, key: tuple[str | int, ...]) -> Iterator[Wrong]:
    slots = {*parts.SLOTS, *thread.words}
    for _, words in _unknown(thread.tags, recipe.tags, "", "tag"):
        yield (*key, "tags"), words
    for at, sale in enumerate(thread.deals):
        for _, words in _unknown([sale.product], recipe.products, "", "product"):
            yield (*key, "deals", at), words
    yield from _reasons(recipe, "lost", thread.texts.get("lost", ()), (*key, "texts", "lost"))
    yield from _reasons(recipe, "won", thread.texts.get("won", ()), (*key, "texts", "won"))
    for name, lines in thread.texts.items():
        yield from _lines(name, lines, slots, (*key, "texts", name))
    yield from _lines("words", [line for lines in thread.words.values() for line in lines], slots, (*key, "words"))
    for at, sale in enumerate(thread.deals):
        yield from _lines("deals", [sale.title], slots - {"deal", "price"}, (*key, "deals"))
        if sale.times and not all(word.isdigit() for word in thread.words.get(sale.times, ("?",))):
            yield (*key, "deals", at), f"times must name a list of whole numbers under words; {sale.times} is none."


def _reasons(recipe: Recipe, mark: str, lines: Sequence[str], key: tuple[str | int, ...]) -> Iterator[Wrong]:
    """Before the `::` of a line that says how it ended stands one of the reasons; a lost one says it always."""
    known = recipe.reasons[mark]
    for at, line in enumerate(lines):
        reason, split, _text = line.partition(SPLIT)
        if (split or mark == "lost") and (not split or reason not in known):
            yield (*key, at), f"Begin with a reason and two colons, such as: {known[0]} :: {line.split(SPLIT)[-1]}"


def _lines(name: str, lines: Sequence[str], slots: set[str], key: tuple[str | int, ...]) -> Iterator[Wrong]:
    for at, line in enumerate(lines):
        where = (*key, at) if len(lines) > 1 else key
        for slot in SLOT.findall(line):
            if slot not in slots:
                yield where, f"{{{slot}}} stands for nothing here. Use one of {', '.join(sorted(slots))}."
        if name in parts.HEADED and SPLIT not in line:
            yield where, "Write a headline, then a space, two colons, a space, and the text."
        if re.sub(r"\{\w+\}", "", line).count("{") or line.count("[") != line.count("]"):
            yield where, "A bracket is left open."


def _invented(recipe: Recipe) -> Iterator[Wrong]:
    """A scenario goes into the sandbox, so nothing in it may name a mailbox, a telephone or a house that exists."""
    yield from _invented_places(recipe)
    for at, thread in enumerate(recipe.threads):
        for name, lines in {**thread.texts, **thread.words}.items():
            yield from _reachable(lines, ("threads", at, "texts" if name in thread.texts else "words", name))
        yield from _reachable(thread.companies, ("threads", at, "companies"))
        yield from _reachable(thread.roles, ("threads", at, "roles"))
        yield from _reachable([sale.title for sale in thread.deals], ("threads", at, "deals"))
    for name, lines in recipe.common.items():
        yield from _reachable(lines, ("common", name))
    yield from _reachable(recipe.company_words, ("companies", "words"))
    for name in ("first", "last", "mentioned"):
        yield from _reachable(recipe.names[name], ("names", name))
    yield from _reachable(recipe.places["towns"], ("places", "towns"))
    for at, campaign in enumerate(recipe.campaigns):
        yield from _reachable((campaign.name,), ("campaigns", at, "name"))
        yield from _reachable((campaign.subject,), ("campaigns", at, "subject"))
        yield from _reachable((campaign.link,), ("campaigns", at, "link"))


def _invented_places(recipe: Recipe) -> Iterator[Wrong]:
    for domain in recipe.names["mail"]:
        if not is_reserved_email(f"x@{domain}"):
            yield ("names", "mail"), f"{domain} could exist. Use a name that ends in .example."
    for street in set(recipe.places["streets"]).difference(STREETS):
        yield ("places", "streets"), f"{street} could exist. Use {', '.join(STREETS[:-1])} or {STREETS[-1]}."
    if recipe.zip_code != NO_ZIP:
        yield ("places", "zip"), f"Use {NO_ZIP}, which no town has."


def _reachable(lines: Sequence[str], key: tuple[str | int, ...]) -> Iterator[Wrong]:
    for at, line in enumerate(lines):
        for found in spotted(line):
            if not found.is_reserved:
                yield (key if len(lines) == 1 else (*key, at)), f"This holds {_REAL[found.kind]}"


_REAL: dict[Kind, str] = {
    "email": "an address that could reach someone. Use .example.",
    "phone": "a number that could reach someone. Use 555-0142.",
    "card": "what looks like a card number. Leave it out.",
    "account": "what looks like a bank account. Leave it out.",
    "tax_id": "what looks like a tax id. Leave it out.",
    "street": f"a street that could exist. Use one such as 12 {STREETS[0]}.",
    "town": f"a postal code that could exist. Use {NO_ZIP}.",
}
