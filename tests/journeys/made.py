"""The files of the journey, made on the spot: tables, outlines, a ledger, a paper, photos."""

import csv
import io
import json
from pathlib import Path

import xlsxwriter
from PIL import Image, ImageDraw
from pypdf import PdfWriter

COUNTY, TOWN, VILLAGE, OTHER_VILLAGE = "青岭县", "白岩镇", "岭下村", "白岩村"
SCHOOL = "白岩镇中心小学"
SITE = "白岩中心小学后山滑坡"
CODES = {
    COUNTY: "990101000000",
    TOWN: "990101101000",
    VILLAGE: "990101101201",
    OTHER_VILLAGE: "990101101202",
}
# West, south, east, north in WGS84 degrees: the town fills the county, the villages the town.
AREAS = {
    COUNTY: (113.80, 26.80, 114.00, 26.92),
    TOWN: (113.80, 26.80, 114.00, 26.92),
    VILLAGE: (113.80, 26.80, 113.90, 26.92),
    OTHER_VILLAGE: (113.90, 26.80, 114.00, 26.92),
}


def _csv(rows: list[list[str]]) -> bytes:
    """Return a table as Excel saves it in China: UTF-8 with a byte order mark."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def divisions() -> bytes:
    """Return the table of divisions."""
    return _csv([["区划代码", "名称"], *([code, name] for name, code in CODES.items())])


def organisations(*, extra: bool = False) -> bytes:
    """Return the table of units: one school, and with `extra` some rows that need a look."""
    rows = [
        ["单位名称", "单位类型", "所属镇村", "值班电话", "学生数"],
        [SCHOOL, "小学", TOWN, "0000-0003416", "612"],
    ]
    if extra:
        rows += [
            ["白岩镇第二幼儿园", "幼儿园", TOWN, "0000-0003417", "96"],
            ["云雾山茶厂", "企业", "没有这个镇", "0000-0003418", ""],
            ["", "企业", TOWN, "", ""],
        ]
    return _csv(rows)


def outlines() -> bytes:
    """Return the boundaries as GeoJSON."""
    return json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"name": name, "code": CODES[name]},
                    "geometry": {
                        "type": "Polygon",
                        "coordinates": [[[w, s], [e, s], [e, n], [w, n], [w, s]]],
                    },
                }
                for name, (w, s, e, n) in AREAS.items()
            ],
        }
    ).encode()


LEDGER_HEADER = [
    "编号", "名称", "灾害类型", "风险等级", "经度", "纬度", "责任人", "联系电话", "威胁人数",
]  # fmt: skip
# Degrees east and north of the place, except where the digits of the longitude were left out.
LEDGER = [
    ["001", SITE, "滑坡", "红", 0.0712, 0.0533, "钟福生", "0000-0003423", 640],
    ["002", "岭下村三组崩塌", "崩塌", "橙", 0.0421, 0.0317, "范小英", "0000-0003424", 38],
    ["003", "白岩河口低洼处", "洪水", "黄", 0.1324, 0.0702, "郑天佑", "0000-0003425", 75],
    ["004", "石桥坡脚", "滑坡", "蓝", None, 0.06, "孙立", "0000-0003426", 6],
]


def ledger(west: float = 113.8, south: float = 26.8, number: str = "BY") -> bytes:
    """Return the ledger of hazard sites as a workbook with a title over its header."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data)
    sheet = book.add_worksheet("台账")
    sheet.merge_range(0, 0, 0, len(LEDGER_HEADER) - 1, "白岩镇地质灾害隐患点台账")
    sheet.write_row(1, 0, LEDGER_HEADER)
    for at, (count, name, kind, level, lon, lat, *rest) in enumerate(LEDGER, start=2):
        position = [13.9 if lon is None else round(west + lon, 5), round(south + lat, 5)]
        sheet.write_row(at, 0, [f"{number}-{count}", name, kind, level, *position, *rest])
    book.close()
    return data.getvalue()


def paper() -> bytes:
    """Return a PDF of one empty page, as the text of a plan."""
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    data = io.BytesIO()
    writer.write(data)
    return data.getvalue()


def photo(colour: str) -> bytes:
    """Return a photo of 1200 × 900 pixels with something on it."""
    picture = Image.new("RGB", (1200, 900), colour)
    draw = ImageDraw.Draw(picture)
    for at in range(0, 1200, 60):
        draw.line((at, 0, 1200 - at, 900), fill="white", width=6)
    data = io.BytesIO()
    picture.save(data, "JPEG", quality=85)
    return data.getvalue()


def keep(folder: Path) -> dict[str, Path]:
    """Write every file into a folder and return where each is."""
    files = {
        "divisions": ("区划.csv", divisions()),
        "organisations": ("单位.csv", organisations()),
        "outlines": ("边界.geojson", outlines()),
        "ledger": ("隐患点台账.xlsx", ledger()),
        "paper": ("白岩镇地质灾害应急预案.pdf", paper()),
        "check_photo": ("后山.jpg", photo("darkolivegreen")),
        "drill_photo": ("操场.jpg", photo("steelblue")),
    }
    for name, data in files.values():
        (folder / name).write_bytes(data)
    return {key: folder / name for key, (name, _) in files.items()}
