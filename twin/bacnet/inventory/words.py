"""Words that building engineers name points with, English abbreviations and Chinese, and what they say of a point."""

from __future__ import annotations

import re
from functools import cache

SIDES = {
    "supply": "sa sup supply dis disch discharge da leaving lvg chws hws cws 送风 供 送 供水 出水 出风 supplied",
    "return": "ra ret rtn return chwr hwr cwr entering ent 回风 回 回水 进水",
    "outdoor": "oa osa outdoor outside outdoors ambient fresh 室外 新风 户外",
    "exhaust": "ea exh exhaust relief 排风",
    "mixed": "ma mix mixed 混风 混合",
    "zone": "zn zone rm room space spc indoor 室内 房间 区域 回风室",
}
QUANTITIES = {
    "temperature": "t temp tmp temps temperature tempr tm dry_bulb 温度 温 水温",
    "relative_humidity": "rh relative_humidity 相对湿度",
    "humidity": "hum humid humidity hmd moisture 湿度 含湿量",
    "carbon_dioxide": "co2 carbon_dioxide 二氧化碳",
    "carbon_monoxide": "co carbon_monoxide 一氧化碳",
    "volatile": "voc tvoc",
    "pressure": "press prs pressure dp dsp static stat_press 压力 压差 静压",
    "flow": "flow flw cfm airflow gpm lps cmh 流量 风量 水量",
    "power": "kw pwr power demand watts watt compressor_power 功率 电功率",
    "energy": "kwh energy nrg wh mwh btu consumption 电量 能耗 电度",
    "speed": "spd speed vfd freq hz rpm 转速 频率 速度",
    "position": "pos position posn opening open stroke 开度 阀位",
    "share": "share fraction ratio min_oa oa_pct 比例",
    "count": "people occupants persons count headcount ppl 人数 running 台数",
    "irradiance": "ghi dni dhi irradiance solar radiation irr pyranometer 辐射 辐照",
    "wind": "wind 风速",
    "illuminance": "lux illuminance 照度",
}
MODES = {
    "cooling": "clg cool cooling cl chw chws chwr chwst cooled chilled_water_loop chiller_plant 制冷 供冷 冷冻 冷",
    "heating": "htg heat heating ht hw hws hwr hhw reheat rht 制热 供热 热水 热",
    "condenser": "cw cnd cond condenser cws cwr 冷却",
}
PARTS = {
    "ahu": "ahu mau pau rtu air_handler air_handling_unit 空调箱 空调机组 新风机组",
    "terminal": "vav fcu fc terminal fan_coil vav_terminal unit_heater 风机盘管 末端 变风量",
    "chiller": "ch chlr chiller chiller_plant wcc 冷机 冷水机组 主机",
    "loop": "chw chws chwr loop chilled_water_loop 冷冻水",
    "tower": "ct clt cooling_tower 冷却塔",
    "pump": "pmp pump chwp cwp hwp 水泵 泵",
    "fan": "fan fn sf rf ef 风机",
    "valve": "vlv valve vlve cv 阀 水阀 阀门 阀位",
    "damper": "dmp dmpr damper dpr 风阀 风门",
    "compressor": "cmpr compr comp compressor 压缩机",
    "meter": "mtr meter grid utility incomer main mains 电表 总表 市电 进线",
    "lights": "ltg lights lighting light lgt 照明 灯",
    "plugs": "plug plugs sockets receptacle plug_load devices 插座",
    "server": "servers server ups rack server_room 机柜 服务器",
    "lift": "lift lifts elevator escalator 电梯",
    "station": "wx station meteo 气象",
    "schedule": "sch sched schedule occ occupancy hours 时间表 时段",
    "person": "people occupants persons headcount ppl 人数",
    "filter": "flt filter 滤网 过滤",
    "boiler": "blr boiler 锅炉",
    "coil": "coil 盘管",
}
MEDIA = {
    "air": "air sa ra oa ea ma da 风 空气",
    "water": "water chw chws chwr hw hws hwr cw cws cwr wtr 水",
    "electricity": "electric electricity elec 电",
}
ROLES = {
    "setpoint": "sp stpt spt setpoint set_point setpt setp stp set wanted csp hsp 设定 设定值 设定点",
    "command": "cmd command output signal ctl control mod 命令 控制 指令",
    "status": "sts status stat run running state fb fdbk feedback proof ss 状态 运行 反馈",
    "alarm": "alm alarm fault flt_alm trip fail 报警 故障 告警",
}
FACETS: dict[str, dict[str, str]] = {
    "quantity": QUANTITIES, "side": SIDES, "mode": MODES, "role": ROLES, "part": PARTS, "medium": MEDIA,
}  # fmt: skip
"""What may be said of a point: facet -> value -> words."""
WHOLE = {
    "sat": "supply air temperature", "dat": "supply air temperature", "rat": "return air temperature", "oat": "outdoor air temperature",
    "mat": "mixed air temperature", "eat": "exhaust air temperature", "zat": "zone air temperature", "znt": "zone air temperature",
    "rmt": "zone air temperature", "zt": "zone air temperature", "oah": "outdoor air humidity", "oarh": "outdoor air rh",
    "zrh": "zone rh", "chwst": "chws temperature", "chwrt": "chwr temperature", "hwst": "hws temperature", "hwrt": "hwr temperature",
    "cwst": "cws temperature", "cwrt": "cwr temperature", "sp": "setpoint", "clgsp": "cooling setpoint", "htgsp": "heating setpoint",
    "ghi": "global horizontal irradiance",
    "dni": "direct normal irradiance",
    "dhi": "diffuse horizontal irradiance",
    "csp": "cooling setpoint", "hsp": "heating setpoint", "satsp": "supply air temperature setpoint", "dap": "supply air pressure",
    "sap": "supply air pressure", "lwt": "leaving water temperature", "ewt": "entering water temperature", "lat": "supply air temperature",
    "chilled": "chw", "warm": "heating", "cold": "cooling", "saf": "supply air flow", "oad": "outdoor air damper", "sfs": "fan speed",
    "ccv": "cooling valve", "hcv": "heating valve", "dewpoint": "dew point", "cdw": "condenser water", "hz": "speed", "co2": "carbon_dioxide",
    "冷冻水": "chw water", "冷却水": "condenser water", "冷却塔": "cooling_tower", "冷水机组": "chiller", "室外温度": "outdoor air temperature",
    "室内温度": "zone air temperature", "供水温度": "supply water temperature", "回水温度": "return water temperature",
    "送风温度": "supply air temperature", "回风温度": "return air temperature", "新风阀": "outdoor air damper", "风速": "wind",
}  # fmt: skip
"""Words that stand for several."""
PLACES = {
    "北": "north", "南": "south", "东": "east", "西": "west", "低": "low", "中": "middle", "高": "upper", "顶": "top",
    "大堂": "lobby", "食堂": "canteen", "餐厅": "canteen", "会议": "meeting", "会议室": "meeting", "核心": "core", "体育": "sports", "机房": "plant",
    "裙楼": "podium", "屋顶": "roof", "办公": "office", "层": "floor", "楼": "floor", "lvl": "floor", "level": "floor", "flr": "floor",
    "fl": "floor", "ne": "northeast", "nw": "northwest", "mtg": "meeting", "conf": "meeting", "lby": "lobby", "upr": "upper", "mid": "middle",
    "bldg": "building", "twr": "tower",
}  # fmt: skip
"""Words for places, as English site files write them."""
NOWHERE = frozenset({"device", "devices", "controller", "ddc", "bacnet", "point", "value", "plc", "panel"})
"""Words that devices are called by wherever they are."""
PIECES = re.compile(r"co2|pm2\.?5|[a-z]+|\d+|[\u4e00-\u9fff]+")
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
SHORTEST = 2
"""Letters of the shortest word that may be found inside a run of letters."""


@cache
def meanings() -> dict[str, dict[str, frozenset[str]]]:
    """Word -> facet -> values."""
    found: dict[str, dict[str, set[str]]] = {}
    for facet, values in FACETS.items():
        for value, words in values.items():
            for word in {value, *words.split()}:
                found.setdefault(word, {}).setdefault(facet, set()).add(value)
    return {word: {facet: frozenset(held) for facet, held in told.items()} for word, told in found.items()}


@cache
def known() -> frozenset[str]:
    """Every word that says something."""
    return frozenset(meanings()) | frozenset(WHOLE) | frozenset(PLACES)


@cache
def split(text: str) -> tuple[str, ...]:
    """The words of a name: at signs, capitals and digits, and inside runs of letters where all of it is words that are known.

    >>> split("AHU-1_SATSP"), split("ZoneTemp02"), split("CLGSP"), split("3层送风温度")
    (('ahu', '1', 'satsp'), ('zone', 'temp', '2'), ('clgsp',), ('3', '层', '送风温度'))
    """
    found: list[str] = []
    for piece in PIECES.findall(CAMEL.sub(" ", text).lower()):
        if piece.isdigit():
            found.append(piece.lstrip("0") or "0")
        elif piece in known():
            found.append(piece)
        else:
            chinese = piece[0] >= "\u4e00"
            found += _parts(piece, 1 if chinese else SHORTEST) or (list(piece) if chinese else [piece])
    return tuple(found)


def _parts(run: str, shortest: int) -> list[str]:
    """Fewest known words that make up a run of letters, or of Chinese characters; none where something is left over."""
    best: list[list[str] | None] = [[]] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(max(0, end - 20), end - shortest + 1):
            before = best[start]
            here = best[end]
            if before is not None and run[start:end] in known() and (here is None or len(before) + 1 < len(here)):
                best[end] = [*before, run[start:end]]
    return best[-1] or []


def spelled(words: tuple[str, ...] | list[str]) -> list[str]:
    """Words with those that stand for several written out."""
    return [each for word in words for each in WHOLE.get(word, word).split()]


def facets(words: tuple[str, ...] | list[str]) -> dict[str, frozenset[str]]:
    """What words say of a point, by facet; two words that follow each other may be one (`dry bulb`).

    >>> sorted(facets(split("ZN-T"))["side"]), sorted(facets(("sat", "sp"))["role"])
    (['zone'], ['setpoint'])
    """
    spread = spelled(words)
    pairs = [f"{first}_{second}" for first, second in zip(spread, spread[1:], strict=False)]
    held: dict[str, set[str]] = {facet: set() for facet in FACETS}
    for word in [*spread, *pairs]:
        for facet, values in meanings().get(word, meanings().get(word.removesuffix("s"), {})).items():
            held[facet] |= values
    if "relative_humidity" in held["quantity"]:
        held["quantity"] -= {"humidity"}
    return {facet: frozenset(values) for facet, values in held.items()}


def place(words: tuple[str, ...] | list[str]) -> list[str]:
    """Words as they stand in a path of components: places in English, without a plural's s."""
    told = [PLACES.get(word, word) for word in words]
    return [word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word for word in told]
