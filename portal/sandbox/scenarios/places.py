"""The only place that hands things out to numbered leads so that none is given twice, without remembering any.

Whoever is asked for lead 77 alone gets what lead 77 of the whole gets: every answer follows from the number.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from portal.sandbox.scenarios.chance import Chance

BLOCK = 200
_SIZES = (1, 2, 1, 1, 3, 1, 2, 1, 1, 1, 4, 1, 2, 1, 1, 2, 1, 6, 1, 1, 3, 1, 1, 2)  # leads of one company, in turn
_ROUNDS = 4


class Turns:
    """Which of several comes with which number: in every block of 200 each as often as its weight says, mixed anew."""

    def __init__(self, weights: Sequence[float], seed: str) -> None:
        self.counts = _shares(weights, BLOCK)
        self._block = lru_cache(maxsize=4)(lambda block: self._mixed(Chance(f"{seed}/{block}")))

    def at(self, number: int) -> tuple[int, int]:
        """The item that comes with `number`, counted from 0, and how many numbers had that item before."""
        block, place = divmod(number, BLOCK)
        item, before = self._block(block)[place]
        return item, block * self.counts[item] + before

    def most(self, item: int, numbers: int) -> int:
        """No more than this many of the first `numbers` have the item."""
        return -(-numbers // BLOCK) * self.counts[item]

    def _mixed(self, chance: Chance) -> list[tuple[int, int]]:
        seen = [0] * len(self.counts)
        found = []
        for item in chance.shuffled([item for item, count in enumerate(self.counts) for _ in range(count)]):
            found.append((item, seen[item]))
            seen[item] += 1
        return found


class Pairs:
    """Every pair of a thing of one list and a thing of another, each pair once, in no order that can be seen.

    Each round adds to one half of the pair what a table says of the other half, so it can be taken back, and no two
    numbers end at the same pair (a Feistel network, M. Luby and C. Rackoff 1988, with sums for its mixing).
    """

    def __init__(self, firsts: int, lasts: int, seed: str) -> None:
        self.count = firsts * lasts
        self._sizes = firsts, lasts
        chance = Chance(seed)
        self._tables = [
            (
                [chance.between(0, firsts - 1) for _ in range(lasts)],
                [chance.between(0, lasts - 1) for _ in range(firsts)],
            )
            for _ in range(_ROUNDS)
        ]

    def at(self, number: int) -> tuple[int, int]:
        """The pair with `number`, which counts from 0 and is below `count`."""
        firsts, lasts = self._sizes
        first, last = number % firsts, number // firsts % lasts
        for of_last, of_first in self._tables:
            first = (first + of_last[last]) % firsts
            last = (last + of_first[first]) % lasts
        return first, last


class Groups:
    """Groups of one to six that so many members fall into, mostly alone or in twos."""

    def __init__(self, members: int) -> None:
        self.count = -(-members // sum(_SIZES)) * len(_SIZES)
        self._scattered = Scattered(-(-members // sum(_SIZES)) * sum(_SIZES))

    def at(self, member: int) -> tuple[int, bool]:
        """The group of a member, counted from 0, and whether this member is its first."""
        turn, place = divmod(self._scattered.at(member), sum(_SIZES))
        return turn * len(_SIZES) + _GROUP[place], place == 0 or _GROUP[place - 1] != _GROUP[place]


class Scattered:
    """The numbers below `count`, each once, far from where they were."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._step = next(step for step in range(max(count * 5 // 8, 1), 2 * count + 2) if _is_coprime(step, count))

    def at(self, number: int) -> int:
        """Where `number` went; also one from `count` on, which then is not the only one there."""
        return (number * self._step + self.count // 3) % self.count


class Shared:
    """So many names shared out among patterns, each of which makes so many: alike, as far as each goes."""

    def __init__(self, makes: Sequence[int], wanted: int) -> None:
        self.is_enough = sum(makes) >= wanted
        given = [0] * len(makes)
        left = min(wanted, sum(makes))
        while left:
            open_ = [at for at, most in enumerate(makes) if given[at] < most]
            each = max(left // len(open_), 1)
            for at in open_:
                more = min(each, makes[at] - given[at], left)
                given[at] += more
                left -= more
        self._ends = [sum(given[: at + 1]) for at in range(len(given))]
        self._scattered = Scattered(max(sum(given), 1))
        self._inside = [Scattered(max(most, 1)) for most in makes]

    def at(self, number: int) -> tuple[int, int]:
        """The pattern of a name, and which of all that it makes."""
        place = self._scattered.at(number)
        pattern = bisect_right(self._ends, place)
        return pattern, self._inside[pattern].at(place - (self._ends[pattern - 1] if pattern else 0))


def _shares(weights: Sequence[float], whole: int) -> list[int]:
    """`whole` cut by `weights` into whole numbers, of which none is 0; what is left over goes to the largest rests."""
    total = sum(weights)
    shares = [max(int(weight * whole / total), 1) for weight in weights]
    rests = sorted(range(len(weights)), key=lambda at: (shares[at] - weights[at] * whole / total, at))
    turn = 0
    while (over := sum(shares) - whole) != 0:
        at = rests[turn % len(rests)] if over < 0 else max(range(len(shares)), key=lambda one: (shares[one], -one))
        shares[at] += 1 if over < 0 else -1
        turn += 1
    return shares


def _is_coprime(one: int, other: int) -> bool:
    while other:
        one, other = other, one % other
    return one == 1


_GROUP = [group for group, size in enumerate(_SIZES) for _ in range(size)]
