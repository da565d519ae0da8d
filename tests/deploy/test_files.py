"""The files for many processes and machines name commands, options, settings, ports and pages that there are."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest
import typer
import yaml

from annotator.cli import app
from annotator.settings import Settings
from annotator.studio.server import EMAIL, QUIET
from annotator.web.desk import live
from annotator.web.frame import health, metrics, serving

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
NAMES = {f"ANNOTATOR_{name.upper()}" for name in Settings.model_fields}
COMMANDS = typer.main.get_command(app).commands
NGINX_KEEPS = 60  # seconds it keeps an idle connection to the service, unless told otherwise
HARDENED = {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "CapabilityBoundingSet": ""}
WITHIN = {"LABEL_STUDIO_ALLOWED_HOSTS"}  # the embedded server knows no other name than its own


def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


class Unit(ConfigParser):
    """A unit; keys that come several times, as systemd allows, are joined."""

    optionxform = staticmethod(str)

    @classmethod
    def of(cls, path):
        lines, found = [], cls(strict=False, interpolation=None, allow_no_value=True)
        for line in path.read_text().splitlines():
            if line.startswith("Wants=") and any(given.startswith("Wants=") for given in lines):
                place = next(n for n, given in enumerate(lines) if given.startswith("Wants="))
                lines[place] += " " + line.removeprefix("Wants=")
            else:
                lines.append(line)
        found.read_string("\n".join(lines))
        return found


def environment(path):
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if line and not line.startswith("#"))


def check_command(words):
    """A command line of ours: the command is there, and so is each option."""
    command = COMMANDS[words[0]]
    options = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in words[1:] if word.startswith("--")} <= options


def check_settings(given):
    """Every setting is one, and takes its value, where it has one already."""
    ours = {name: value for name, value in given.items() if name.startswith("ANNOTATOR_")}
    assert ours.keys() <= NAMES
    plain = {n.removeprefix("ANNOTATOR_").lower(): v for n, v in ours.items() if v and not re.search(r"[$%]", v)}
    Settings(**plain)


def check_quiet(given):
    """Label Studio of its own is as quiet and as closed as the embedded one."""
    wanted = {name: value for name, value in QUIET.items() if name not in WITHIN | {"PYTHONUNBUFFERED"}}
    assert {name: given.get(name) for name in wanted} == wanted
    assert given["LABEL_STUDIO_USERNAME"] == EMAIL


def test_compose_runs_what_there_is():
    services = compose()["services"]
    for name in ("web", "worker"):
        check_command(services[name]["command"])
        check_settings(services[name]["environment"])
    assert services["web"]["deploy"]["replicas"] > 1
    check_quiet(services["studio"]["environment"])


def test_compose_fits_together():
    whole = compose()
    services, settings = whole["services"], whole["x-settings"]
    assert settings["ANNOTATOR_PROXIES"] == services["proxy"]["networks"]["inside"]["ipv4_address"]
    assert whole["networks"]["inside"]["internal"], "nothing but the proxy reaches outside"
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    upstream = (DEPLOY / "nginx" / "upstream-compose.conf").read_text()
    port = services["studio"]["command"][services["studio"]["command"].index("--port") + 1]
    assert f"server web:{settings['ANNOTATOR_PORT']}" in upstream
    assert f"server studio:{port}" in upstream
    assert settings["ANNOTATOR_STUDIO_URL"] == f"http://studio:{port}"
    for volume in services["proxy"]["volumes"]:
        source = volume.split(":")[0]
        assert source == "./certificates" or (DEPLOY / source).is_file(), source
    for service in ("web", "worker", "studio"):
        assert {"cap_drop", "security_opt"} <= services[service].keys()
    named = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose.yaml").read_text()))
    assert named == environment(DEPLOY / "example.env").keys()


def test_connections_of_all_processes_fit_the_database():
    services = compose()["services"]
    most = int(re.search(r"max_connections=(\d+)", " ".join(services["database"]["command"]))[1])
    assert (services["web"]["deploy"]["replicas"] + services["worker"]["deploy"]["replicas"]) * 40 < most


def test_the_image_has_every_package_and_starts_a_command_of_ours():
    text = (DEPLOY / "Containerfile").read_text()
    for package in ("annotator", "active_learning", "guidelines", "exports"):
        assert f"COPY {package} {package}" in text
    assert 'ENTRYPOINT ["annotator"]' in text
    check_command([re.search(r'CMD \["(\w+)"\]', text)[1]])
    for copied in ("requirements.lock", "pyproject.toml", "README.md"):
        assert (ROOT / copied).is_file()


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_run_what_there_is_as_nobody_much(path):
    service = Unit.of(path)["Service"]
    program, *words = shlex.split(service["ExecStart"])
    if Path(program).name == "annotator":
        check_command(words)
        check_settings(environment(DEPLOY / "systemd" / "annotator.env"))
        check_settings(dict(pair.split("=", 1) for pair in service["Environment"].split()))
    else:
        check_quiet(environment(DEPLOY / "systemd" / "studio.env"))
    assert service["User"] not in ("root", "")
    assert {name: service[name] for name in HARDENED} == HARDENED
    assert Path(service["EnvironmentFile"]).name in {file.name for file in (DEPLOY / "systemd").iterdir()}


def test_the_target_starts_every_upstream_and_all_its_units_are_there():
    wanted = Unit.of(DEPLOY / "systemd" / "annotator.target")["Unit"]["Wants"].split()
    files = {file.name for file in (DEPLOY / "systemd").iterdir()}
    assert {re.sub(r"@\d+", "@", name) for name in wanted} <= files
    ports = re.findall(r"127\.0\.0\.1:(80\d\d)", (DEPLOY / "nginx" / "upstream-systemd.conf").read_text())
    assert {f"annotator-web@{port}.service" for port in ports if port != "8080"} == {n for n in wanted if "@" in n}


def test_nginx_names_pages_that_there_are_and_believes_nobody():
    text = (DEPLOY / "nginx" / "annotator.conf").read_text()
    pages = {route.path for router in (health.router, live.router, metrics.router) for route in router.routes}
    assert set(re.findall(r"location = (/\S+)", text)) <= pages
    assert "/healthz" in pages
    headers = (DEPLOY / "nginx" / "headers.conf").read_text()
    assert "X-Forwarded-For $remote_addr;" in headers, "what came with the request is not passed on"
    assert text.count("{") == text.count("}")


def test_nginx_lets_go_of_an_idle_connection_before_the_service_does():
    """Else it sends an answer into a connection that was just closed, and may not send it again by itself."""
    for path in sorted((DEPLOY / "nginx").glob("*.conf")):
        kept = re.findall(r"keepalive_timeout\s+(\d+)", path.read_text(encoding="utf-8"))
        assert max([NGINX_KEEPS, *map(int, kept)]) < serving.KEEP_ALIVE_SECONDS, path.name


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_reads_the_units(tmp_path):
    """Programs, users and files of an installation are not there, so copies name ones that are."""
    for file in (DEPLOY / "systemd").iterdir():
        text = re.sub(r"/opt/annotator/bin/\S+", "/bin/true", file.read_text())
        (tmp_path / file.name).write_text(text)
    names = ["annotator-web@8001.service", *(path.name for path in UNITS if "@" not in path.name)]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names, "annotator-backup.timer", "annotator.target"],
        cwd=tmp_path,
        env={"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "annotator" in line]
    assert ours == []


@pytest.mark.skipif(shutil.which("nginx") is None, reason="no nginx here")
@pytest.mark.parametrize("upstream", ["upstream-compose.conf", "upstream-systemd.conf"])
def test_nginx_reads_its_configuration(upstream, tmp_path):
    certificate, key = tmp_path / "c.pem", tmp_path / "c.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-subj", "/CN=x", "-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    folder = DEPLOY / "nginx"
    text = (folder / "annotator.conf").read_text()
    text = text.replace("/etc/nginx/annotator-upstream.conf", str(tmp_path / "up.conf"))
    text = text.replace("/etc/nginx/annotator-headers.conf", str(folder / "headers.conf"))
    text = re.sub(r"/etc/annotator/certificates/\w+\.pem", str(certificate), text)
    text = re.sub(r"/etc/annotator/certificates/\w+\.key", str(key), text)
    text = text.replace("/var/log/nginx", str(tmp_path))
    served = re.sub(r"server (web|studio):", "server 127.0.0.1:", (folder / upstream).read_text())
    (tmp_path / "up.conf").write_text(served)
    whole = tmp_path / "nginx.conf"
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")  # else it wants folders that its package makes
    folders = "".join(f"{kind}_temp_path {tmp_path / kind};\n" for kind in kinds)
    whole.write_text(
        f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{folders}{text}\n}}\n"
    )
    done = subprocess.run(["nginx", "-t", "-c", whole], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_backup_unit_may_write_where_it_is_told_to():
    service = Unit.of(DEPLOY / "systemd" / "annotator-backup.service")["Service"]
    words = shlex.split(service["ExecStart"])
    assert words[2] in service["ReadWritePaths"].split()
    assert Path(words[words.index("--key-file") + 1]).name == service["LoadCredential"].split(":")[0]
