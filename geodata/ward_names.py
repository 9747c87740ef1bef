"""Invented Chinese and English names for the streets, compounds and public places of the sample ward.

Characters are combined at random from poetic stocks; no list of real places was read.
"""

import random
from dataclasses import dataclass

WARD_ZH, WARD_EN = "栖云街道(虚构)", "Qiyun Subdistrict (fictional)"

_FIRST = (
    "云yun 岚lan 栖qi 澄cheng 桐tong 梧wu 棠tang 芷zhi 荻di 苇wei 鹭lu 鸢yuan 汀ting 沅yuan 漪yi 霁ji "
    "杏xing 樾yue 槿jin 檀tan 榆yu 柚you 菱ling 茗ming"
)
_SECOND = (
    "岚lan 影ying 溪xi 渡du 屿yu 舟zhou 庭ting 篱li 坞wu 陌mo 泓hong 汐xi 岫xiu 笙sheng 荷he 枫feng "
    "栎li 竹zhu 桥qiao 潮chao 谷gu 野ye 台tai 原yuan"
)
_ESTATES = (
    ("苑", "Court"),
    ("花园", "Garden"),
    ("公寓", "Apartments"),
    ("家园", "Homes"),
    ("雅庭", "Terrace"),
    ("小区", "Estate"),
    ("名邸", "Residence"),
)
_LILONG = (("里", "Li"), ("坊", "Fang"))
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Name:
    """One name in both languages."""

    zh: str
    en: str


def _stock(text: str) -> list[tuple[str, str]]:
    return [(word[0], word[1:]) for word in text.split()]


class NameGiver:
    """Hands out names, each two-character root only once; the order depends on the seed alone."""

    def __init__(self, rng: random.Random) -> None:
        roots = [
            Name(a + b, (x + y).capitalize())
            for a, x in _stock(_FIRST)
            for b, y in _stock(_SECOND)
            if a != b and x != y
        ]
        rng.shuffle(roots)
        self._rng = rng
        self._roots = roots
        self._villages: dict[int, tuple[Name, int]] = {}

    def root(self) -> Name:
        """Give an unused two-character root."""
        return self._roots.pop()

    def road(self, suffix_zh: str = "路", suffix_en: str = "Road") -> Name:
        """Name a road after an unused root."""
        root = self.root()
        return Name(root.zh + suffix_zh, f"{root.en} {suffix_en}")

    def lane_of(self, road: Name, number: int) -> Name:
        """Name a lane by its house number on the road from which it leaves, as Shanghai does."""
        return Name(f"{road.zh}{number}弄", f"Lane {number}, {road.en}")

    def village(self, block: int) -> Name:
        """Name the next numbered village (一村, 二村 …) of an old workers' housing block."""
        root, count = self._villages.get(block, (None, 0))
        if root is None or count == len(_NUMERALS):
            root, count = self.root(), 0
        self._villages[block] = (root, count + 1)
        return Name(f"{root.zh}{_NUMERALS[count]}村", f"{root.en} Village {count + 1}")

    def estate(self) -> Name:
        """Name a newer estate."""
        suffix_zh, suffix_en = self._rng.choice(_ESTATES)
        root = self.root()
        return Name(root.zh + suffix_zh, f"{root.en} {suffix_en}")

    def lilong(self) -> Name:
        """Name a low-rise lane neighbourhood."""
        suffix_zh, suffix_en = self._rng.choice(_LILONG)
        root = self.root()
        return Name(root.zh + suffix_zh, f"{root.en} {suffix_en}")
