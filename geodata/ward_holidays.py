"""Public holidays of mainland China for the sample ward, 2025 to 2027.

2025 and 2026 as the General Office of the State Council announced them. 2027 is not announced yet: it has the
days off that the law names and no exchanged days. When the notice is out, change the year in a copy of
holidays.json and load it (`map-server load-geodata holidays.json`, or on the page of the handbook).
"""

from collections.abc import Mapping

Record = Mapping[str, object]

_LAW = (
    "《全国年节及纪念日放假办法》(国务院令第795号,2025-01-01 起施行): statutory days only; "
    "the notice for 2027 is not known here, exchanged days are missing"
)
_NEW_YEAR = ("元旦", "New Year")
_SPRING = ("春节", "Spring Festival")
_QINGMING = ("清明节", "Qingming Festival")
_LABOUR = ("劳动节", "Labour Day")
_DRAGON = ("端午节", "Dragon Boat Festival")
_AUTUMN = ("中秋节", "Mid-Autumn Festival")
_NATIONAL = ("国庆节", "National Day")
_NATIONAL_AND_AUTUMN = ("国庆节、中秋节", "National Day and Mid-Autumn Festival")


def _holiday(name: tuple[str, str], first: str, last: str, *worked: str) -> Record:
    return {"name_zh": name[0], "name_en": name[1], "first": first, "last": last, "worked": list(worked)}


YEARS: list[Record] = [
    {
        "year": 2025,
        "status": "announced",
        "source": "国务院办公厅关于2025年部分节假日安排的通知(国办发明电〔2024〕12号,2024-11-12)",
        "holidays": [
            _holiday(_NEW_YEAR, "2025-01-01", "2025-01-01"),
            _holiday(_SPRING, "2025-01-28", "2025-02-04", "2025-01-26", "2025-02-08"),
            _holiday(_QINGMING, "2025-04-04", "2025-04-06"),
            _holiday(_LABOUR, "2025-05-01", "2025-05-05", "2025-04-27"),
            _holiday(_DRAGON, "2025-05-31", "2025-06-02"),
            _holiday(_NATIONAL_AND_AUTUMN, "2025-10-01", "2025-10-08", "2025-09-28", "2025-10-11"),
        ],
    },
    {
        "year": 2026,
        "status": "announced",
        "source": "国务院办公厅关于2026年部分节假日安排的通知(2025-11-04)",
        "holidays": [
            _holiday(_NEW_YEAR, "2026-01-01", "2026-01-03", "2026-01-04"),
            _holiday(_SPRING, "2026-02-15", "2026-02-23", "2026-02-14", "2026-02-28"),
            _holiday(_QINGMING, "2026-04-04", "2026-04-06"),
            _holiday(_LABOUR, "2026-05-01", "2026-05-05", "2026-05-09"),
            _holiday(_DRAGON, "2026-06-19", "2026-06-21"),
            _holiday(_AUTUMN, "2026-09-25", "2026-09-27"),
            _holiday(_NATIONAL, "2026-10-01", "2026-10-07", "2026-09-20", "2026-10-10"),
        ],
    },
    {
        "year": 2027,
        "status": "statutory_only",
        "source": _LAW,
        "holidays": [
            _holiday(_NEW_YEAR, "2027-01-01", "2027-01-01"),
            _holiday(_SPRING, "2027-02-05", "2027-02-08"),
            _holiday(_QINGMING, "2027-04-05", "2027-04-05"),
            _holiday(_LABOUR, "2027-05-01", "2027-05-02"),
            _holiday(_DRAGON, "2027-06-09", "2027-06-09"),
            _holiday(_AUTUMN, "2027-09-15", "2027-09-15"),
            _holiday(_NATIONAL, "2027-10-01", "2027-10-03"),
        ],
    },
]
