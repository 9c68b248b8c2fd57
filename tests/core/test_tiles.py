"""Which background tiles the settings may name, and what the browser may ask for then."""

import json

import pytest

from drillreg.app import create_app
from drillreg.config import SettingError, Settings
from drillreg.core.tiles import read_tiles

TDT = (
    "https://t{s}.tianditu.gov.cn/vec_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER=vec"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={TileMatrix}&TILEROW={TileRow}"
    "&TILECOL={TileCol}&tk={key}"
)


def tiles(url, **more):
    return read_tiles(Settings(tiles_url=url, **more))


def test_wmts_and_xyz_become_addresses_of_the_map():
    found = tiles(TDT, tiles_key="k1", tiles_subdomains="01", tiles_credit="<b>天地图")
    assert found.templates[0].endswith("TILEMATRIX={z}&TILEROW={y}&TILECOL={x}&tk=k1")
    assert found.origins == ["https://t0.tianditu.gov.cn", "https://t1.tianditu.gov.cn"]
    assert json.loads(found.as_json)["credit"] == "&lt;b&gt;天地图"
    two = tiles("http://10.1.2.3:8080/a/{z}/{x}/{y}.png http://10.1.2.3:8080/b/{z}/{x}/{-y}.png")
    assert len(two.templates) == 2
    assert two.origins == ["http://10.1.2.3:8080"]
    assert tiles("") is None


@pytest.mark.parametrize(
    ("url", "more", "word"),
    [
        ("ftp://a/{z}/{x}/{y}", {}, "https://"),
        ("https:///{z}/{x}/{y}", {}, "server"),
        ("https://a;script-src *//{z}/{x}/{y}", {}, "server"),
        ("https://a/{z}/{x}", {}, "braces"),
        ("https://a/{z}/{x}/{y}/{secret}", {}, "braces"),
        ("https://a/{s}/{z}/{x}/{y}", {"tiles_subdomains": "ab"}, "name of the server"),
        ("https://{s}.a/{z}/{x}/{y}", {}, "SUBDOMAINS"),
        ("", {"tiles_crs": "bd09"}, "TILES_CRS"),
    ],
)
def test_a_wrong_address_stops_the_start(url, more, word):
    with pytest.raises(SettingError, match=word):
        tiles(url, **more)


def test_pictures_may_come_from_that_server_and_no_other(tmp_path):
    app = create_app(
        Settings(
            data_dir=tmp_path,
            secret_key="s" * 40,
            tiles_url=TDT,
            tiles_key="k",
            tiles_subdomains="07",
            tiles_crs="gcj02",
        )
    )
    policy = app.extensions["drillreg.policy"]
    pictures = next(part for part in policy.split("; ") if part.startswith("img-src"))
    assert pictures.split()[1:] == [
        "'self'", "data:", "blob:", "https://t0.tianditu.gov.cn", "https://t7.tianditu.gov.cn",
    ]  # fmt: skip
