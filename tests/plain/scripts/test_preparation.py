"""Parts of scripts/ that decide something: apt sources, templates, links, phases, processes."""

import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from scripts.lib import apt, odoo_links, testing, tracked_files
from scripts.lib.config_file import render
from scripts.lib.home import Home, SetupError
from scripts.lib.postgres import Server
from scripts.lib.prepare import clean_environment
from scripts.lib.processes import Process
from scripts.lib.verdict import verdict

DEB822 = """\
# the machine's mirror
Types: deb deb-src
URIs: https://mirror.example/debian
Suites: trixie trixie-updates
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc

Types: deb
URIs: https://other.example
Suites: stable
Components: main
Enabled: no
"""
ONE_LINE = """\
deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] https://mirror.example/debian bookworm main contrib # mine
deb-src https://mirror.example/debian bookworm main
deb https://vendor.example/apt stable tools
# deb https://old.example/debian buster main
"""


def test_deb822_sources_keep_an_inline_key_and_leave_out_disabled_ones():
    (source,) = apt.parse_deb822(DEB822)
    assert source["suites"] == "trixie trixie-updates"
    assert source["signed-by"].splitlines()[1:] == [" -----BEGIN PGP PUBLIC KEY BLOCK-----", " .", " abc"]


def test_one_line_sources_are_found_by_suite_and_component(tmp_path):
    (tmp_path / "sources.list").write_text(ONE_LINE)
    sources = apt.machine_sources(tmp_path)
    assert [source["uris"] for source in sources] == ["https://mirror.example/debian", "https://vendor.example/apt"]
    archive, suite = apt.debian_archive(sources, "bookworm")
    assert (suite, archive["signed-by"]) == ("bookworm", "/usr/share/keyrings/x.gpg")


def test_a_machine_without_debian_archive_is_told(tmp_path):
    (tmp_path / "sources.list").write_text("deb https://vendor.example/apt stable tools\n")
    with pytest.raises(SetupError, match="names no Debian archive"):
        apt.debian_archive(apt.machine_sources(tmp_path), "bookworm")


def test_another_servers_address_in_the_environment_is_not_passed_on(tmp_path, monkeypatch):
    """Odoo would take it for its own database's, whatever its configuration file says."""
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGPASSWORD", "other")
    monkeypatch.setenv("LANG", "C.UTF-8")
    environment = clean_environment(Home(tmp_path))
    assert [name for name in environment if name.startswith("PG")] == []
    assert environment["LANG"] == "C.UTF-8" and environment["CROSSBORDER_HOME"] == str(tmp_path)


def test_template_takes_values_defaults_and_dollar_signs():
    text = "# ${IGNORED}\na = ${A}\nb = ${B:-two}\nfilter = ^x$$\n"
    assert render(text, {"A": 1, "B": ""}) == "# ${IGNORED}\na = 1\nb = two\nfilter = ^x$\n"


@pytest.mark.parametrize(("values", "reason"), [({}, "A is not set"), ({"A": "x\nworkers = 0"}, "line break")])
def test_template_refuses_missing_and_multi_line_values(values, reason):
    with pytest.raises(ValueError, match=reason):
        render("a = ${A}\n", values)


def test_dangling_links_are_found_and_whole_ones_not(tmp_path):
    (tmp_path / "real").write_text("x")
    (tmp_path / "whole").symlink_to("real")
    (tmp_path / "broken").symlink_to("nowhere")
    assert odoo_links.dangling_links(tmp_path) == [tmp_path / "broken"]


def test_a_crossed_font_link_gets_the_format_of_its_own_name(tmp_path):
    (tmp_path / "icons.woff").write_bytes(b"wOFFdata")
    (tmp_path / "icons.woff2").write_bytes(b"wOF2data")
    meant = odoo_links._meant_file(tmp_path / "icons.woff2", tmp_path / "fonts/icons.woff")
    assert meant == tmp_path / "icons.woff"
    with pytest.raises(SetupError, match="is no .ttf font"):
        odoo_links._meant_file(tmp_path / "icons.woff2", tmp_path / "fonts/other.ttf")


@pytest.mark.parametrize(
    ("codes", "filtered", "expected"),
    [
        ({"plain": 0, "addons": 0}, False, 0),
        ({"plain": 0, "addons": 1}, True, 1),
        ({"plain": 5, "addons": 0}, False, 5),
        ({"plain": 5, "addons": 0}, True, 0),
        ({"plain": 5, "addons": 5}, True, 5),
        ({}, False, 5),
    ],
)
def test_the_verdict_of_the_phases(codes, filtered, expected):
    assert verdict(codes, filtered) == expected


def test_arguments_are_parted_into_options_and_paths():
    arguments = ["-k", "orders", "tests/plain/scripts/test_preparation.py::test_x", "-x"]
    assert testing.split_arguments(arguments) == (["-k", "orders", "-x"], arguments[2:3])
    with pytest.raises(SetupError, match="belongs to no phase"):
        testing.phase_of("scripts/lib/run.py")


@pytest.mark.parametrize("line", ["see " + "pypi" + ".org", "open('/" + "root/x')", "cd /" + "home/me"])
def test_tracked_files_are_searched_for_what_belongs_to_one_machine(line):
    assert [number for number, _ in tracked_files.offences(".txt", f"fine\n{line}\n")] == [2]
    assert list(tracked_files.offences(".py", "x = 1\n" * 501))


def test_database_urls():
    server = Server.from_url("postgresql://me:p%40ss@db.example:6000/shop")
    assert (server.password, server.port, server.database) == ("p@ss", 6000, "shop")
    assert server.url("other") == "postgresql://me:p%40ss@db.example:6000/other"
    with pytest.raises(SetupError):
        Server.from_url("mysql://me@host/x")


def test_a_process_is_started_once_and_only_ours_is_stopped(tmp_path):
    home = Home(tmp_path)
    sleeper = Process(home, "sleeper")
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    assert sleeper.ensure(command)
    assert not sleeper.ensure(command)
    first = sleeper.running().pid
    assert sleeper.ensure(command, fingerprint="changed")
    assert sleeper.running().pid != first
    os.kill(sleeper.running().pid, signal.SIGKILL)
    stranger = subprocess.Popen(command)
    try:
        record = json.loads(sleeper.pid_file.read_text())
        sleeper.pid_file.write_text(json.dumps(record | {"pid": stranger.pid, "started": record["started"] - 60}))
        assert not sleeper.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_the_state_keeps_its_secrets_to_itself(tmp_path):
    home = Home(tmp_path)
    assert home.secret("admin_password") == home.secret("admin_password")
    assert home.state_file.stat().st_mode & 0o077 == 0


def test_what_many_remember_at_once_is_all_kept(tmp_path):
    """Runs side by side write one state: nothing is lost, and a secret is made once."""
    home = Home(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _number: home.secret("admin_password"), range(16)))
        list(pool.map(lambda number: home.remember(**{f"port_{number}": number}), range(16)))
    assert len(secrets) == 1
    assert home.state() == {"admin_password": secrets.pop(), **{f"port_{number}": number for number in range(16)}}
