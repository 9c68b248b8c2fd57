import ipaddress
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from flask import url_for

from drillreg.app import create_app
from drillreg.config import SettingError, Settings
from drillreg.core.db import Base, db
from drillreg.core.errors import DomainError
from drillreg.hazards.models import HazardSite
from drillreg.scheduler.serve import web_command
from drillreg.upkeep.health import check_certificate, check_https
from drillreg.upkeep.tls import (
    fingerprint,
    good_until,
    hosts_of,
    make_authority,
    make_certificate,
    places_in,
)

pytestmark = pytest.mark.one_database

HOSTS = ["drill.qingling.example", "10.20.30.40"]
NOW = datetime.now(UTC)


@pytest.fixture
def places(tmp_path):
    found = places_in(tmp_path)
    make_authority(found, name="青岭县应急 CA", now=NOW)
    make_certificate(found, HOSTS, now=NOW)
    return found


def shake_hands(places, host):
    """Let a client that trusts the authority alone meet the server, without a network."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(places.cert, places.key)
    client = ssl.create_default_context(cafile=str(places.ca_cert))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=host)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for side in (ours, theirs, ours, theirs):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    return ours.version()


def test_who_trusts_the_authority_trusts_the_server_by_name_and_by_address(places):
    for host in HOSTS:
        assert shake_hands(places, host) in {"TLSv1.2", "TLSv1.3"}
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(places, "elsewhere.example")


def test_keys_are_for_the_server_alone_and_the_certificate_is_not_too_long_for_phones(places):
    for key in (places.ca_key, places.key):
        assert key.stat().st_mode & 0o077 == 0
    assert good_until(places.cert) - NOW < timedelta(days=825)
    assert hosts_of(places.cert) == HOSTS
    assert ipaddress.ip_address(hosts_of(places.cert)[1])


def test_renewing_keeps_the_authority_that_phones_trust(places):
    before = fingerprint(places.ca_cert), fingerprint(places.cert)
    make_certificate(places, [*HOSTS, "second.example"], now=NOW)
    assert fingerprint(places.ca_cert) == before[0]
    assert fingerprint(places.cert) != before[1]
    assert shake_hands(places, "second.example")
    with pytest.raises(DomainError, match="already"):
        make_authority(places, name="x", now=NOW)
    with pytest.raises(DomainError, match="not a host"):
        make_certificate(places, ["a" * 70 + ".example"], now=NOW)


def test_the_commands_make_renew_and_say_what_to_set(app, tmp_path):
    before = app.extensions["drillreg.settings"]
    app.extensions["drillreg.settings"] = Settings(data_dir=tmp_path, secret_key="x")
    try:
        run = app.test_cli_runner().invoke
        assert run(args=["tls", "renew"]).exit_code == 1
        made = run(args=["tls", "init", "--host", HOSTS[0], "--host", HOSTS[1]])
        assert f"DRILLREG_TLS_CERT={tmp_path / 'tls' / 'server.crt'}" in made.output
        assert f"https://{HOSTS[0]}/trust" in made.output
        assert run(args=["tls", "init", "--host", "x"]).exit_code == 1
        assert HOSTS[1] in run(args=["tls", "renew"]).output
        browser = app.test_client()
        page = browser.page("/trust")
        assert "受信任的根证书颁发机构" in page.text
        assert fingerprint(places_in(tmp_path).ca_cert) in page.text
        given = browser.get("/trust/drillreg-ca.crt")
        assert given.data == places_in(tmp_path).ca_cert.read_bytes()
        assert b"PRIVATE" not in given.data
    finally:
        app.extensions["drillreg.settings"] = before
    assert app.test_client().get("/trust").status_code == 404
    assert app.test_client().get("/trust/drillreg-ca.crt").status_code == 404


def test_with_a_certificate_the_web_server_speaks_https_itself(places):
    found = Settings(tls_cert=str(places.cert), tls_key=str(places.key))
    assert found.https
    command = web_command(found)
    assert command[command.index("--certfile") + 1] == str(places.cert)
    assert command[command.index("--keyfile") + 1] == str(places.key)
    assert "--certfile" not in web_command(Settings())
    with pytest.raises(SettingError, match="TLS_KEY"):
        Settings(tls_cert=str(places.cert))


@pytest.fixture
def site(tmp_path):
    """Make a site with other settings and return a browser on it."""
    made = []

    def start(**changes):
        folder = tmp_path / str(len(made))
        folder.mkdir()
        found = create_app(
            Settings(data_dir=folder, secret_key="x" * 40, log_level="ERROR", **changes)
        )
        made.append(found)
        with found.app_context():
            Base.metadata.create_all(db.engine)
        return found

    yield start
    for found in made:
        with found.app_context():
            db.session.remove()
            db.engine.dispose()


def test_under_https_the_cookie_is_bound_to_host_and_encryption(site):
    app = site(https=True, public_url="https://10.0.0.5")
    app.config["WTF_CSRF_ENABLED"] = False
    answer = app.test_client().get("/sign-in")
    assert answer.headers["Strict-Transport-Security"]
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-drillreg=")
    assert "; Secure" in cookie
    assert "; HttpOnly" in cookie
    with app.app_context():
        assert check_https().state == "ok"


def test_on_plain_http_everything_works_without_secure_cookie_and_hsts(site):
    app = site(plain_http=True, public_url="http://10.0.0.5", bind="0.0.0.0:80")
    answer = app.test_client().get("/sign-in", base_url="http://10.0.0.5")
    assert "Strict-Transport-Security" not in answer.headers
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("drillreg=")
    assert "Secure" not in cookie


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"https": True, "public_url": "https://drill.example"}, "ok"),
        ({"https": True, "public_url": "http://drill.example"}, "bad"),
        ({}, "warn"),
        ({"bind": "0.0.0.0:8000"}, "bad"),
        ({"public_url": "http://10.0.0.5"}, "bad"),
        ({"public_url": "http://10.0.0.5", "plain_http": True}, "warn"),
    ],
)
def test_the_doctor_calls_plain_http_on_a_network_bad_unless_it_is_allowed(app, changes, state):
    before = app.extensions["drillreg.settings"]
    app.extensions["drillreg.settings"] = Settings(**changes)
    try:
        with app.app_context():
            assert check_https().state == state
    finally:
        app.extensions["drillreg.settings"] = before


def test_the_doctor_warns_before_the_certificate_runs_out(app, places, frozen):
    before = app.extensions["drillreg.settings"]
    app.extensions["drillreg.settings"] = Settings(
        tls_cert=str(places.cert), tls_key=str(places.key)
    )
    try:
        with app.app_context():
            until = good_until(places.cert)
            for left, state in ((31, "ok"), (29, "warn"), (-1, "bad")):
                frozen.now = until - timedelta(days=left)
                assert check_certificate().state == state
    finally:
        app.extensions["drillreg.settings"] = before


def test_a_phone_is_told_why_there_is_no_position(app, as_role, county, keep, frozen):
    site = keep(
        HazardSite(
            org_id=county.village.id, number="1", name="后山", kind="landslide", level="red",
            lon=113.9, lat=26.9, morton=1, source_crs="WGS84", created_at=frozen.now,
        )
    )  # fmt: skip
    monitor = as_role("monitor", county.village)
    with app.test_request_context():
        at = url_for("hazards.check", public_id=site.public_id)
    cookie = monitor.get_cookie("drillreg").value
    monitor.set_cookie("drillreg", cookie, domain="10.0.0.5")
    open_page = monitor.page(at, base_url="http://10.0.0.5")
    assert "手机不提供定位" in open_page.text
    assert not open_page.select("[data-gps]")
    local = monitor.page(at)
    assert "手机不提供定位" not in local.text
    assert local.select("[data-gps]")
