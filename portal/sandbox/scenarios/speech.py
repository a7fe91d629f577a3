"""The only place that puts words into mouths: lines of the recipe, as a lead or its owner would say and write them."""

from portal.sandbox.scenarios.cast import Offer, Profile, offer
from portal.sandbox.scenarios.chance import Chance
from portal.sandbox.scenarios.recipe import Owner
from portal.sandbox.scenarios.wording import Decks, filled, spoken

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


class Speech:
    """What is said around one lead; `owner` and `deal` may change as the story goes on."""

    def __init__(self, profile: Profile, decks: Decks, chance: Chance) -> None:
        self.owner: Owner = profile.owner
        self.deal: Offer = offer(profile.sales[0], profile.words, chance)
        self._profile = profile
        self._decks = decks
        self._chance = chance
        self._used: set[str] = set()
        self._same: dict[str, str] = {}  # who and when is meant all through one line

    def line(self, *names: str) -> str:
        """A line of the first of these lists that has one left for this lead, filled in; empty where none has."""
        profile = self._profile
        self._same.clear()
        for name in names:
            if name in profile.thread.texts:
                line = self._decks.deal(f"{profile.thread.name}/{name}", profile.turn, self._used)
            else:
                line = self._decks.deal(name, profile.number, self._used)
            if line:
                return filled(line, self._word, self._chance)
        return ""

    def line_and(self, share: float, *names: str, more: str) -> str:
        """A line, and in `share` of all cases another sentence after it."""
        text = self.line(*names)
        return f"{text} {self.line(more)}".strip() if text and self._chance.happens(share) else text

    def by_owner(self, text: str) -> str:
        """`text` as the lead's owner writes notes."""
        return spoken(text, voice=self.owner.voice, name=self.owner.name) if text else ""

    def by_lead(self, text: str) -> str:
        """`text` as the lead writes messages."""
        style = self._profile.temper.style
        if style == "lower":
            return text.lower().rstrip(".")
        lines = [text]
        if style != "curt" and self._chance.happens(0.3):
            lines.insert(0, self.line("before_reply"))
        if style == "signed" or self._chance.happens(0.15):
            lines.append(self.line("after_reply"))
        return "\n".join(line for line in lines if line)

    @property
    def price(self) -> str:
        """What the deal costs, in words."""
        return f"${self.deal.amount // 100:,}"

    def _word(self, slot: str) -> str:
        profile = self._profile
        match slot:
            case "first" | "last" | "town" | "role":
                return str(getattr(profile, slot))
            case "company":
                return profile.company.name if profile.company else f"{profile.first}'s"
            case "owner":
                return self.owner.name.split()[0]
            case "colleague":
                return self._same.get(slot) or self._meant(slot, self._chance.weighed(profile.mentioned, (4, 1)))
            case "day":
                return self._same.get(slot) or self._meant(slot, self._chance.pick(_DAYS))
            case "price":
                return self.price
            case "deal":
                return self.deal.title[:1].lower() + self.deal.title[1:]
        word = filled(profile.words[slot], self._word, self._chance)
        return word[:1].lower() + word[1:]

    def _meant(self, slot: str, word: str) -> str:
        self._same[slot] = word
        return word
