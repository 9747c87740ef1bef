"""The handbook of the sample ward: units, responsibilities with their SLAs, holidays and groups of sites.

Units and rules are invented, as the ward is; the holidays are the officially announced ones.
"""

import json
from collections.abc import Iterable, Mapping, Sequence

from geodata.ward_features import NOTICE, STATIONS
from geodata.ward_holidays import YEARS
from geodata.ward_model import Ward
from geodata.ward_sites import INTERVAL_DAYS

Record = Mapping[str, object]
IN_FORCE = "2025-01-01"
PROPERTY_COMPANIES = 24
_ROOTS = "安和 永泰 嘉源 明德 广厦 同济 瑞祥 金桂 新竹 长青 百合 启明"
_ROOTS_EN = "Anhe Yongtai Jiayuan Mingde Guangsha Tongji Ruixiang Jingui Xinzhu Changqing Baihe Qiming"
_NIGHT = {"hours": "20:00-07:00"}
_PHOTOS = ["before_photo", "after_photo"]


def handbook_texts(ward: Ward) -> dict[str, str]:
    """Write the four files of the handbook, by name; a record on each line."""
    return {
        "units.json": _text({"units": list(_units())}),
        "responsibilities.json": _text({"hours": _HOURS, "slas": list(_slas()), "rules": list(_rules(ward))}),
        "holidays.json": _text({"years": YEARS}),
        "site_groups.json": _text({"site_groups": list(_site_groups())}),
    }


def _text(sections: Mapping[str, Sequence[Record]]) -> str:
    head = {"synthetic": True, "notice": NOTICE, "license": "CC0-1.0"}
    parts = [json.dumps(head, ensure_ascii=False)[1:-1]]
    for name, records in sections.items():
        lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
        parts.append(f'"{name}": [\n{lines}\n]')
    return "{" + ",\n".join(parts) + "}\n"


def _unit(unit_id: str, zh: str, en: str, kind: str, level: str, **more: object) -> Record:
    named = {"id": unit_id, "name_zh": zh, "name_en": en, "kind": kind, "level": level}
    return {**named, **more, "valid_from": IN_FORCE}


def _units() -> Iterable[Record]:
    yield _unit(
        "CENTRE", "街道城运中心", "Subdistrict Operations Centre", "subdistrict_centre", "subdistrict"
    )
    top = {"parent": "CENTRE"}
    yield _unit("FIRE", "消防工作站", "Fire Safety Office", "fire_office", "subdistrict")
    yield _unit("TECH", "设备运维组", "Equipment Maintenance", "maintenance", "joint_station", **top)
    yield _unit("CLEAN", "街道保洁公司", "Street Cleaning Company", "street_cleaning", "joint_station", **top)
    for number in range(1, STATIONS + 1):
        en = f"Joint Service Station {number}"
        yield _unit(f"JS-{number}", f"第{number}联勤联动站", en, "joint_station", "joint_station", **top)
        squad = (
            f"UM-{number}",
            f"城管第{number}分队",
            f"Urban Management Squad {number}",
            "urban_management",
        )
        yield _unit(*squad, "joint_station", **top)
    for number in range(1, PROPERTY_COMPANIES + 1):
        zh, en = _company(number)
        company = (f"PC-{number:02d}", zh, en, "property_company", "compound")
        yield _unit(*company, parent=f"JS-{_station_of_company(number)}", phone=f"021-5555 {1000 + number}")


def _company(number: int) -> tuple[str, str]:
    roots, roots_en = _ROOTS.split(), _ROOTS_EN.split()
    at, second = (number - 1) % len(roots), number > len(roots)
    zh, en = roots[at] + ("第二" if second else ""), roots_en[at] + (" No. 2" if second else "")
    return f"{zh}物业公司", f"{en} Property Company"


def _station_of_company(number: int) -> int:
    return 1 + (number - 1) * STATIONS // PROPERTY_COMPANIES


_HOURS: list[Record] = [
    {"id": "OFFICE", "name_zh": "机关工作时间", "name_en": "Office hours",
     "spans": ["08:30-12:00", "13:00-17:30"]},
    {
        "id": "SERVICE",
        "name_zh": "每日服务时间",
        "name_en": "Service hours, every day",
        "spans": ["07:00-19:00"],
        "days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
        "keeps_holidays": False,
    },
]  # fmt: skip


def _slas() -> Iterable[Record]:
    def raised(minutes: str, station: int, centre: int) -> list[Record]:
        levels = (("joint_station", station), ("subdistrict", centre))
        return [{"level": level, "stage": "accept", minutes: after} for level, after in levels]

    working, calendar = "working_minutes", "calendar_minutes"
    yield _sla(
        "GARBAGE", "垃圾落地", "Left garbage", "SERVICE", working, (30, 120, 240), raised(working, 60, 180)
    )
    yield _sla(
        "FIRE", "消防通道", "Fire lanes", "SERVICE", calendar, (15, 60, 240), raised(calendar, 30, 120)
    )
    yield _sla(
        "STRUCTURE",
        "违法建筑",
        "Illegal structures",
        "OFFICE",
        working,
        (120, 3600, 960),
        raised(working, 240, 960),
    )
    yield _sla("CAMERA", "设备故障", "Equipment", "OFFICE", working, (60, 960, 480), [])
    yield _sla("UPKEEP", "点位日常管理", "Upkeep of sites", "OFFICE", working, (240, 2400, 960), [])


def _sla(
    sla_id: str,
    zh: str,
    en: str,
    hours: str,
    measure: str,
    limits: tuple[int, int, int],
    escalations: list[Record],
) -> Record:
    stages = dict(zip(("accept", "handle", "check"), ({measure: one} for one in limits), strict=True))
    stopped_by = ["suspended"] if sla_id == "FIRE" else ["suspended", "other_authority", "weather"]
    named = {"id": sla_id, "name_zh": zh, "name_en": en, "hours": hours}
    return {**named, **stages, "stopped_by": stopped_by, "escalations": escalations}


def _rules(ward: Ward) -> Iterable[Record]:
    everywhere = {"kind": "ward"}
    yield _rule("garbage-ward", ["garbage_drop"], everywhere, "CLEAN", "GARBAGE", _PHOTOS)
    yield _rule("fire-ward", ["blocked_fire_lane"], everywhere, "CENTRE", "FIRE", _PHOTOS, ["FIRE"])
    yield _rule("structure-ward", ["illegal_structure"], everywhere, "CENTRE", "STRUCTURE", _PHOTOS)
    yield _rule("camera-ward", ["camera_health"], everywhere, "TECH", "CAMERA", [])
    for station, grids in _grids_of_stations(ward).items():
        area = {"kind": "grid", "ids": grids}
        squad, office = f"UM-{station}", f"JS-{station}"
        yield _rule(
            f"fire-street-{station}",
            ["blocked_fire_lane"],
            area,
            squad,
            "FIRE",
            [*_PHOTOS, "measurement"],
            ["FIRE"],
        )
        yield _rule(
            f"structure-{station}",
            ["illegal_structure", "structure_point"],
            area,
            squad,
            "STRUCTURE",
            [*_PHOTOS, "written_record"],
            [office],
        )
    for number, compounds in _compounds_of_companies(ward).items():
        yield from _company_rules(number, compounds)


def _company_rules(number: int, compounds: list[str]) -> Iterable[Record]:
    area = {"kind": "compound", "ids": compounds}
    company, office = f"PC-{number:02d}", f"JS-{_station_of_company(number)}"
    fire = [*_PHOTOS, "measurement"]
    sites = ["drop_point", "bin_house", "fire_lane"]
    yield _rule(f"garbage-{number:02d}", ["garbage_drop"], area, company, "GARBAGE", _PHOTOS, ["CLEAN"])
    yield _rule(f"sites-{number:02d}", sites, area, company, "UPKEEP", ["after_photo"])
    yield _rule(f"fire-{number:02d}", ["blocked_fire_lane"], area, company, "FIRE", fire, ["FIRE"])
    night = _rule(f"fire-{number:02d}-night", ["blocked_fire_lane"], area, office, "FIRE", fire, [company])
    yield {
        **night,
        "week": [_NIGHT],
        "note_zh": "夜间由联勤联动站值守",
        "note_en": "Stations keep watch at night",
    }


def _rule(
    rule_id: str,
    classes: list[str],
    area: Record,
    lead: str,
    sla: str,
    evidence: list[str],
    assistants: Sequence[str] = (),
) -> Record:
    who = {"lead": lead, "assistants": list(assistants), "sla": sla, "evidence": evidence}
    return {"id": rule_id, "classes": classes, "area": area, **who, "valid_from": IN_FORCE}


def _grids_of_stations(ward: Ward) -> dict[int, list[str]]:
    """Give the grids of each joint station, as the layer of grids names it."""
    numbers = sorted(ward.grid_numbers().values())
    stations: dict[int, list[str]] = {}
    for number in numbers:
        stations.setdefault(1 + (number - 1) * STATIONS // len(numbers), []).append(f"G-{number:02d}")
    return stations


def _compounds_of_companies(ward: Ward) -> dict[int, list[str]]:
    """Give each company the compounds of its station in turn."""
    station_of = {grid: station for station, grids in _grids_of_stations(ward).items() for grid in grids}
    companies: dict[int, list[int]] = {}
    for number in range(1, PROPERTY_COMPANIES + 1):
        companies.setdefault(_station_of_company(number), []).append(number)
    served: dict[int, list[str]] = {number: [] for number in range(1, PROPERTY_COMPANIES + 1)}
    turns = dict.fromkeys(companies, 0)
    for compound in ward.compounds:
        station = station_of[ward.grid_of(compound.block)]
        number = companies[station][turns[station] % len(companies[station])]
        turns[station] += 1
        served[number].append(f"C-{compound.index:02d}")
    return served


def _site_groups() -> Iterable[Record]:
    structure = "structure_point"
    yield _group("drop_points", "投放点", "Drop points", "drop_point", "drop_point", 15)
    yield _group("bin_houses", "垃圾厢房", "Bin houses", "bin_house", "bin_house", 15)
    yield _group("fire_lanes", "消防通道", "Fire lanes", "fire_lane", "fire_lane", 2)
    yield _group("deferred", "缓拆点位", "Deferred structures", structure, "deferred", 15, state="deferred")
    yield _group("to_clear", "待拆点位", "Structures to clear", structure, "to_clear", 15, state="to_clear")
    ground = {"state": "cleared", "level": "ground"}
    yield _group("ground", "地面点位", "Cleared points on the ground", structure, "ground", 12, **ground)
    roof = {"state": "cleared", "level": "rooftop"}
    yield _group("rooftop", "楼顶点位", "Cleared points on roofs", structure, "rooftop", 15, **roof)
    yield _group(
        "cleared", "其他拆除后点位", "Other cleared points", structure, "rooftop", 15, state="cleared"
    )
    yield _group("released", "解除注记点位", "Released points", structure, "released", 15, state="released")
    yield _group("suspect", "疑似点位", "Suspect points", structure, "suspect", 15, state="suspect")


def _group(group_id: str, zh: str, en: str, kind: str, interval: str, buffer_m: int, **only: str) -> Record:
    named = {"id": group_id, "name_zh": zh, "name_en": en, "kind": kind, **only}
    return {
        **named,
        "interval_days": INTERVAL_DAYS[interval],
        "buffer_m": buffer_m,
        "evidence": ["after_photo"],
    }
