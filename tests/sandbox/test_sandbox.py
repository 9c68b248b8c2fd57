"""Every way out of the child is shut, and the site goes on answering."""

import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from drillreg.core.errors import Busy
from drillreg.sandbox import client, kernel
from drillreg.sandbox.limits import INTERACTIVE
from drillreg.sandbox.refusals import (
    Refused,
    SandboxCrashed,
    SandboxRefused,
    SandboxTimeout,
    SandboxUnavailable,
)

pytestmark = pytest.mark.one_database

HERE = Path(__file__).parent
TASKS = [
    "hostile:echo",
    "hostile:refuse",
    "hostile:sleep",
    "hostile:ignore_alarm_and_sleep",
    "hostile:burn",
    "hostile:allocate",
    "hostile:allocate_slowly",
    "hostile:abort",
    "hostile:raise_error",
    "hostile:write_much",
    "hostile:write_many",
    "hostile:reach_out",
    "hostile:environment",
    "hostile:read_geodata",
    "hostile:drivers",
]
SHORT = replace(INTERACTIVE, wall_seconds=2, cpu_seconds=1)

VRT = """<OGRVRTDataSource><OGRVRTLayer name="passwd">
<SrcDataSource>CSV:/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"""
POINT = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":1},'
    '"geometry":{"type":"Point","coordinates":[115.0,24.8]}}]}'
)


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    made = client.Sandbox(
        tmp_path_factory.mktemp("run"),
        allow_network=True,
        tasks=TASKS,
        warm_ups=(),
        import_paths=[HERE],
    )
    yield made
    made.stop()


@pytest.fixture
def answers(box):
    """After the test, the sandbox must still answer at once."""
    yield
    began = time.monotonic()
    assert box.run("hostile:echo", {"still": "here"}).value["args"] == {"still": "here"}
    assert time.monotonic() - began < 25


def hang(box):
    with pytest.raises(SandboxTimeout):
        box.run("hostile:sleep", {}, limits=SHORT)


def test_a_task_gets_its_input_and_returns_data_and_files(box, tmp_path):
    (tmp_path / "x").write_bytes(b"\x00from a path")
    result = box.run(
        "hostile:echo", {"词": [1, None]}, inputs={"a.bin": b"\xff", "b": tmp_path / "x"}
    )
    assert result.value == {"args": {"词": [1, None]}, "files": ["a.bin", "b"]}
    assert result.files == {"a.bin": b"\xff", "b": b"\x00from a path"}


def test_nothing_is_left_behind(box):
    box.run("hostile:echo", {}, inputs={"a": b"1"})
    assert list((box.run_dir / "jobs").iterdir()) == []


def test_a_refusal_keeps_its_sentence_and_parameters(box):
    with pytest.raises(SandboxRefused) as caught:
        box.run("hostile:refuse", {"row": 7})
    assert caught.value.message == "Row %(row)s has no name."
    assert caught.value.params == {"row": 7}
    assert caught.value.status == 422
    assert isinstance(caught.value, Refused)


def test_only_listed_tasks_run(box):
    with pytest.raises(KeyError):
        box.run("os:system", {})


@pytest.mark.parametrize("name", ["../x", "/etc/x", ".hidden", "a b", ""])
def test_inputs_have_plain_names(box, name):
    with pytest.raises(ValueError, match="cannot be the name"):
        box.run("hostile:echo", {}, inputs={name: b""})


@pytest.mark.parametrize("task", ["sleep", "ignore_alarm_and_sleep", "burn"])
def test_a_job_that_does_not_end_is_stopped(box, answers, task):
    began = time.monotonic()
    with pytest.raises(SandboxTimeout):
        box.run(f"hostile:{task}", {}, limits=SHORT)
    assert time.monotonic() - began < 25


def test_others_are_answered_while_one_job_hangs(box):
    hanging = threading.Thread(target=hang, args=(box,))
    hanging.start()
    for number in range(5):
        assert box.run("hostile:echo", {"n": number}).value["args"] == {"n": number}
    assert hanging.is_alive()
    hanging.join()


@pytest.mark.parametrize("task", ["allocate", "allocate_slowly", "write_many"])
def test_a_job_that_wants_too_much_is_stopped(box, answers, task):
    with pytest.raises(SandboxCrashed, match="more memory or space"):
        box.run(f"hostile:{task}", {}, limits=replace(INTERACTIVE, memory_bytes=800 * 1024**2))


def test_a_file_beyond_the_limit_cannot_be_written(box, answers):
    with pytest.raises(SandboxCrashed):
        box.run("hostile:write_much", {})


@pytest.mark.parametrize("task", ["abort", "raise_error"])
def test_a_crash_is_an_error_with_a_plain_sentence(box, answers, task):
    with pytest.raises(SandboxCrashed) as caught:
        box.run(f"hostile:{task}", {})
    assert "secret detail" not in caught.value.message
    assert caught.value.status == 422


def test_there_is_no_way_out(box, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("the secret")
    found = box.run(
        "hostile:reach_out", {"secret_file": str(secret), "client_pid": os.getpid()}
    ).value
    allowed = {way for way, answer in found.items() if not answer.endswith("Error")}
    assert allowed == set(), found


@pytest.mark.skipif(kernel.landlock_abi() < 1, reason="the kernel has no Landlock")
def test_the_landlock_of_this_machine_is_in_force(box):
    facts = box.capabilities()
    assert facts["landlock_abi"] >= 1
    assert facts["seccomp"] is True


def test_the_child_has_no_environment_to_tell(box, monkeypatch):
    monkeypatch.setenv("DRILLREG_SECRET_KEY", "hush")
    fresh = client.Sandbox(
        box.run_dir,
        allow_network=True,
        tasks=["hostile:environment"],
        preload=(),
        warm_ups=(),
        import_paths=[HERE],
    )
    try:
        names = set(fresh.run("hostile:environment", {}).value)
    finally:
        fresh.stop()
    assert not {name for name in names if "DRILLREG" in name or "PROXY" in name.upper()}
    assert "hush" not in str(names)


def test_only_the_allowed_geodata_drivers_are_left(box):
    left = box.run("hostile:drivers", {}).value
    assert set(left) <= {"ESRI Shapefile", "GeoJSON", "GPKG", "KML", "LIBKML", "MEM", "Memory"}
    assert {"ESRI Shapefile", "GeoJSON", "GPKG"} <= set(left)


@pytest.mark.parametrize(
    ("name", "content", "answer"),
    [
        ("honest.geojson", POINT, 1),
        ("vrt.geojson", VRT, "refused"),
        ("vrt.shp", VRT, "refused"),
        ("gdalg.json", '{"type":"gdal_streamed_alg","command_line":"gdal vector"}', "refused"),
    ],
)
def test_a_file_cannot_make_gdal_read_another(box, name, content, answer):
    found = box.run("hostile:read_geodata", {"name": name}, inputs={name: content.encode()})
    assert found.value == answer


def test_a_full_house_says_so(box):
    stuck = [threading.Thread(target=hang, args=(box,)) for _ in range(2)]
    for thread in stuck:
        thread.start()
    time.sleep(0.5)
    with pytest.raises(Busy):
        box.run("hostile:echo", {}, wait=0.2)
    other_queue = replace(INTERACTIVE, slot="background")
    assert box.run("hostile:echo", {}, limits=other_queue).value["args"] == {}
    for thread in stuck:
        thread.join()


def test_a_dead_server_is_replaced(box):
    box.run("hostile:echo", {})
    box._running.process.kill()
    box._running.process.wait()
    assert box.run("hostile:echo", {"n": 1}).value["args"] == {"n": 1}


def test_a_forked_process_starts_its_own_server(box):
    box.run("hostile:echo", {})
    server = box._running.process.pid
    reader, writer = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            value = box.run("hostile:echo", {"from": "fork"}).value["args"]["from"]
            own = box._running.process.pid
            box.stop()
            os.write(writer, f"{value} {own != server}".encode())
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(reader, 100) == b"fork True"
    os.close(reader)
    os.close(writer)
    assert box.run("hostile:echo", {"n": 2}).value["args"] == {"n": 2}
    assert box._running.process.pid == server


def test_an_open_network_is_refused_unless_allowed(box, monkeypatch):
    facts = {**box.capabilities(), "network_isolated": False}
    monkeypatch.setattr(box, "_facts", facts)
    monkeypatch.setattr(box, "allow_network", False)
    with pytest.raises(SandboxUnavailable):
        box.run("hostile:echo", {})
    monkeypatch.setattr(box, "allow_network", True)
    assert box.run("hostile:echo", {}).value["args"] == {}


def test_links_left_by_a_child_are_not_followed(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (tmp_path / "secret").write_text("x")
    at = os.open(tmp_path, os.O_RDONLY)
    for make in (os.symlink, os.link):
        make(tmp_path / "secret", out / "bait")
        with pytest.raises(OSError, match=r"."):
            client._read_outputs(at, INTERACTIVE)
        (out / "bait").unlink()
    os.mkfifo(out / "pipe")
    with pytest.raises(OSError, match="not a plain file"):
        client._read_outputs(at, INTERACTIVE)
    os.close(at)
