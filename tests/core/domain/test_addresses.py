import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.addresses import Address, parse_address, same_door
from core.domain.geography import load_towns, town_of_address

# Shapes seen in real lists, at doors of our own.
SHAPES = [
    ("臺北市中山區中山北路2段12之3號", "臺北市中山區中山北路2段12-3號"),
    ("台北市中山區中山北路二段１２－３號３Ｆ", "臺北市中山區中山北路2段12-3號"),
    ("104 台北巿中山區中山北路2段12號之3", "臺北市中山區中山北路2段12-3號"),
    ("臺灣省臺北縣板橋市文化路一段188巷44弄5號", "新北市板橋區文化路1段188巷44弄5號"),
    ("八里區八里大道12號", "新北市八里區八里大道12號"),
    ("臺中市大里區大里里大里路100號", "臺中市大里區大里路100號"),
    ("臺中市大里區大里里中興路100號", "臺中市大里區中興路100號"),
    ("臺中市大里區大里路100號", "臺中市大里區大里路100號"),
    ("高雄市橋頭區里林里里林東路1號", "高雄市橋頭區里林東路1號"),
    ("雲林縣虎尾鎮新里里里仁街1號", "雲林縣虎尾鎮里仁街1號"),
    ("雲林縣斗六市東里文化路3號", "雲林縣斗六市文化路3號"),
    ("屏東縣里港鄉里港路12號", "屏東縣里港鄉里港路12號"),
    ("嘉義縣民雄鄉西安村5鄰新村路5號", "嘉義縣民雄鄉新村路5號"),
    ("嘉義縣朴子市朴子市平和里市東路28號", "嘉義縣朴子市市東路28號"),
    ("臺中市大肚區頂街里榮華街7號", "臺中市大肚區榮華街7號"),
    ("臺南市麻豆區巷口里興國路7號", "臺南市麻豆區興國路7號"),
    ("彰化縣田中鎮西路里斗中路一段7號", "彰化縣田中鎮斗中路1段7號"),
    ("屏東縣來義鄉古樓村中正路9號", "屏東縣來義鄉中正路9號"),
    ("高雄市那瑪夏區瑪雅里六鄰平和巷25號", "高雄市那瑪夏區平和巷25號"),
    ("高雄市旗山區大同路至誠巷15號", "高雄市旗山區大同路至誠巷15號"),
    ("桃園市平鎮區中豐路南勢二段53號", "桃園市平鎮區中豐路南勢2段53號"),
    ("彰化縣芳苑鄉和平村芳漢路王功段39號", "彰化縣芳苑鄉芳漢路王功段39號"),
    ("彰化縣和美鎮糖友里糖友1街88號", "彰化縣和美鎮糖友一街88號"),
    ("彰化縣溪湖鎮西溪里員鹿路2段臨1號", "彰化縣溪湖鎮員鹿路2段1號"),
    ("新北市永和區竹林路中興里66巷19號1樓", "新北市永和區竹林路66巷19號"),
    ("臺南市新化區中山路12號-1樓", "臺南市新化區中山路12號"),
    ("臺南市新化區中山路12號3樓之2", "臺南市新化區中山路12號"),
    ("臺南市新化區中山路12號（實際使用：1、2樓）", "臺南市新化區中山路12號"),
    ("臺南市新化區中山路12號1、2樓", "臺南市新化區中山路12號"),
    ("臺南市新化區中山路12號1．2樓及地下一樓", "臺南市新化區中山路12號"),
    ("臺南市新化區中山路12號1至2樓", "臺南市新化區中山路12號"),
    ("臺南市新化區中山路12號、12號2樓", "臺南市新化區中山路12號"),
    ("臺南市新化區中山路12之１附2號", "臺南市新化區中山路12-1-2號"),
    ("臺南市新化區中山路12\uf8481號", "臺南市新化區中山路12-1號"),
    ("新北市汐止區新台五路1段96號Ｃ棟1樓Ｃ15號", "新北市汐止區新臺五路1段96號"),
    ("桃園市楊梅區信義街一六、一八號", "桃園市楊梅區信義街16、18號"),
    ("桃園市蘆竹區忠孝西路卅六號", "桃園市蘆竹區忠孝西路36號"),
    ("臺中市大里區成功二路一三0號", "臺中市大里區成功二路130號"),
    ("臺中市西屯區青海路一段一Ｏ一、一Ｏ三號", "臺中市西屯區青海路1段101、103號"),
    ("臺北市大同區民生西路128，130號", "臺北市大同區民生西路128、130號"),
    ("屏東縣東港鎮中正路25˙25－1號", "屏東縣東港鎮中正路25、25-1號"),
    ("新北市新莊區民安西路37號之1、之3（1樓）", "新北市新莊區民安西路37-1、37-3號"),
    ("高雄市三民區明誠一路50號1、2Ｆ52號", "高雄市三民區明誠一路50、52號"),
    ("高雄市三民區鼎力路37及38號1樓", "高雄市三民區鼎力路37、38號"),
    ("嘉義市西區仁愛路12～18號", "嘉義市西區仁愛路12、18號"),
    ("嘉義市西區仁愛路12至18號", "嘉義市西區仁愛路12、18號"),
    ("馬祖莒光鄉青帆村14-1號", "連江縣莒光鄉青帆村14-1號"),
    ("白沙郷赤崁村35號", "澎湖縣白沙鄉赤崁村35號"),
    ("嘉義縣水上鄉南和村後寮26之6號", "嘉義縣水上鄉後寮26-6號"),
    ("新竹市中山路15號", "新竹市中山路15號"),
    ("", ""),
]


@pytest.mark.parametrize(("address", "comparable"), SHAPES)
def test_each_shape_of_address_is_understood(address, comparable):
    assert parse_address(address).comparable() == comparable


def test_an_address_falls_into_its_parts():
    assert parse_address(
        "台北縣板橋巿新民里3鄰文化路一段１８８巷４４弄5號之1、之2，3樓之1"
    ) == Address(
        county="新北市",
        town="板橋區",
        village="新民里",
        road="文化路",
        section=1,
        lane="188",
        alley="44",
        doors=("5-1", "5-2"),
        floor="3樓之1",
    )


def test_doors_next_to_each_other_are_not_the_same():
    assert same_door("台中市西區林森路９８－２號１樓", "臺中市西區林森路98之2號")
    for other in ("98號", "98之3號", "982號"):
        assert not same_door("臺中市西區林森路98之2號", f"臺中市西區林森路{other}")
    assert not same_door("臺中市西區林森路一段9號", "臺中市西區林森路二段9號")
    assert not same_door("臺中市西區林森路9巷9號", "臺中市西區林森路9弄9號")
    assert not same_door("嘉義縣中埔鄉後寮村9號", "嘉義縣中埔鄉大埔村9號")


def test_any_way_to_write_a_composed_address_gives_back_its_parts(rng):
    for _ in range(500):
        address = _an_address(rng)
        assert parse_address(_written(address, rng)).comparable() == address.comparable()


def test_every_town_is_taken_off_as_the_register_finds_it():
    for town in load_towns():
        head = f"{town.county_zh}{town.town_zh}"
        parsed = parse_address(f"{head}中正路1號")
        assert (parsed.county, parsed.town, parsed.road) == (town.county_zh, town.town_zh, "中正路")
        assert town_of_address(parsed.comparable()) is town


@given(
    st.text(
        alphabet="臺北市中正區里村鄰路街大道段巷弄號樓之附及至、-~()123０９一十百〇OＦB地下 ",
        max_size=30,
    )
)
def test_no_text_is_too_odd_to_be_read_and_reading_settles(text):
    once = parse_address(text).comparable()
    assert isinstance(once, str)
    assert len(once) <= 3 * len(text) + 8


@pytest.mark.parametrize("char", "一十9O-、之")
@pytest.mark.parametrize("unit", "段巷號樓路")
def test_a_number_without_end_does_no_harm(char, unit):
    parsed = parse_address(f"臺北市中正區中山路{char * 6_000}{unit}")
    assert parsed.town == "中正區"
    assert all(len(door) < 6_001 for door in parsed.doors)


def _an_address(rng: random.Random) -> Address:
    town = rng.choice(load_towns())
    road = rng.choice(["中山北路", "里仁街", "大里路", "市民大道", "建國路", "和平東路", "民族街"])
    doors = rng.sample(range(1, 900), rng.choice([1, 1, 1, 2, 3]))
    return Address(
        county=town.county_zh,
        town=town.town_zh,
        road=road,
        section=rng.choice([0, 0, *range(1, 10)]),
        lane=rng.choice(["", str(rng.randint(1, 999))]),
        alley=rng.choice(["", str(rng.randint(1, 99))]),
        doors=tuple(f"{n}-{rng.randint(1, 9)}" if rng.random() < 0.3 else str(n) for n in doors),
    )


def _written(address: Address, rng: random.Random) -> str:
    """Write an address as one of many lists would."""
    of = rng.choice(["-", "之", "－"])
    one = [door.replace("-", of) for door in address.doors]
    doors = rng.choice(["號、", "號及", "、", "．"]).join(one) + "號"
    section = f"{_numeral(address.section, rng)}段" if address.section else ""
    lane = f"{address.lane}巷" if address.lane else ""
    alley = f"{address.alley}弄" if address.alley else ""
    village = rng.choice(["", "", "中興里", "新民村", "福安里12鄰"])
    floor = rng.choice(["", "1樓", "２Ｆ", "1、2樓", "（1樓）", "3樓之2", "地下1樓"])
    local = f"{village}{address.road}{section}{lane}{alley}{doors}{floor}"
    text = f"{rng.choice(['', '100', '22041 '])}{address.county}{address.town}{local}"
    if rng.random() < 0.5:
        text = text.replace("臺", "台")
    if rng.random() < 0.3:
        text = text.replace("市", "巿").replace("鄉", "郷")
    if rng.random() < 0.5:
        text = "".join(chr(ord(c) + 0xFEE0) if c.isascii() and c.isdigit() else c for c in text)
    return text


def _numeral(section: int, rng: random.Random) -> str:
    return rng.choice([str(section), "〇一二三四五六七八九"[section]])
