"""Which documents a question names: by words of their titles, years and quarters.

Ten filings in one library share most of their words; “Best Buy … Q2 of FY2024” asks for one.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

# words that many titles and questions have and that name nothing
_COMMON = frozenset(
    "a an and are as at by co company did do does documents for from fy how in inc is it its k ltd "
    "much many number of on or plc q report that the to was were what when where which who with "
    "year annual".split()
)
_QUARTER = re.compile(r"\bq ?([1-4]) ?(?=(?:19|20)\d\d\b)|\bq ([1-4])\b|\b([1-4]) ?q\b")
_SHORT_YEAR = re.compile(r"\bfy ?(\d\d)\b")


def named(question: str, titles: Mapping[str, str]) -> dict[str, float]:
    """How much of what tells the titles apart stands in the question, by document: 1 for the one
    with the most, 0 where nothing does.

    A word counts the more, the fewer titles have it (inverse document frequency). Two words of the
    question also match one of a title: “Best Buy” and “BESTBUY” are the same.
    """
    asked = _words(question)
    words = {key: _taken_apart(_naming(title), asked) for key, title in titles.items()}
    frequency = Counter(word for its in words.values() for word in its)
    weights = {
        key: sum(math.log(len(titles) / frequency[word]) for word in its & set(asked))
        for key, its in words.items()
    }
    most = max(weights.values(), default=0.0)
    return {key: weight / most if most else 0.0 for key, weight in weights.items()}


def _taken_apart(title: frozenset[str], asked: Sequence[str]) -> frozenset[str]:
    """The words of a title, “BESTBUY” as “best” and “buy” where these are asked for."""
    pairs = [pair for pair in pairwise(asked) if "".join(pair) in title]
    return title.union(*pairs) - {"".join(pair) for pair in pairs} if pairs else title


@lru_cache(maxsize=10_000)
def _naming(title: str) -> frozenset[str]:
    return frozenset(_words(title)) - _COMMON


def _words(text: str) -> list[str]:
    """Words in small letters; letters and figures apart, but for quarters: FY22 Q2 → 2022, q2."""
    text = re.sub(r"['’]s\b", "", text.lower())
    text = re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])|_", " ", text)
    text = _QUARTER.sub(lambda found: f"q{found[1] or found[2] or found[3]} ", text)
    return re.findall(r"\w+", _SHORT_YEAR.sub(r"20\1", text))
