"""Debian packages without installing them: a private apt root that trusts and asks what the machine's own apt does."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from scripts.lib.home import SetupError
from scripts.lib.progress import Progress
from scripts.lib.shell import output_of, run_logged

RELEASES = ("oldstable", "stable", "testing", "sid", "unstable")


def available() -> bool:
    """Whether this machine has apt and dpkg."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


def machine_codename() -> str:
    """The machine's Debian release name, ``""`` where it tells none."""
    found = re.search(r'^VERSION_CODENAME="?([\w-]+)', Path("/etc/os-release").read_text(), re.MULTILINE)
    return found.group(1) if found else ""


def parse_deb822(text: str) -> list[dict[str, str]]:
    """Stanzas of a ``.sources`` file (sources.list(5)) with lower-case field names; disabled stanzas are left out."""
    stanzas = []
    for block in re.split(r"\n\s*\n", text):
        fields: dict[str, str] = {}
        name = ""
        for line in block.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if line[0].isspace() and name:
                fields[name] += "\n" + line.rstrip()
            else:
                name, _, value = line.partition(":")
                name = name.strip().lower()
                fields[name] = value.strip()
        if fields.get("enabled", "yes").lower() not in ("no", "false", "0") and "uris" in fields:
            stanzas.append(fields)
    return stanzas


def parse_one_line(text: str) -> list[dict[str, str]]:
    """Entries of a one-line-style ``.list`` file (sources.list(5)) as deb822 fields."""
    entries = []
    pattern = re.compile(r"^\s*(deb(?:-src)?)\s+(?:\[([^]]*)\]\s+)?(\S+)\s+(\S+)(?:\s+([^#]*))?")
    for line in text.splitlines():
        match = pattern.match(line)
        if not match:
            continue
        kind, options, uri, suite, components = match.groups()
        fields = {"types": kind, "uris": uri, "suites": suite, "components": (components or "").strip()}
        for option in (options or "").split():
            name, _, value = option.partition("=")
            fields[name.lower()] = value.replace(",", " ")
        entries.append(fields)
    return entries


def machine_sources(etc: Path = Path("/etc/apt")) -> list[dict[str, str]]:
    """Every binary source of the machine's apt configuration, as deb822 fields."""
    sources = []
    for path in [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]:
        if not path.is_file():
            continue
        if path.suffix == ".sources":
            sources += parse_deb822(path.read_text())
        elif path.suffix == ".list":
            sources += parse_one_line(path.read_text())
    return [source for source in sources if "deb" in source.get("types", "").split()]


def debian_archive(sources: Iterable[dict[str, str]], codename: str) -> tuple[dict[str, str], str]:
    """The source that is Debian's main archive, and the machine's own suite there.

    :raise SetupError: no source looks like it
    """
    mains = [source for source in sources if "main" in source.get("components", "").split()]
    for suite in (codename, *RELEASES):
        for source in mains:
            if suite and suite in source["suites"].split():
                return source, suite
    raise SetupError("the machine's apt configuration names no Debian archive")


class PrivateApt:
    """An apt root of its own below ``root``: the machine's mirror, keyring and proxy settings, plus suite ``sid``."""

    def __init__(self, root: Path, log: Path, progress: Progress):
        self.root = root
        self.log = log
        self.progress = progress
        self.archive, self.suite = debian_archive(machine_sources(), machine_codename())

    def update(self) -> None:
        """Write the private configuration and fetch the signed package lists (kept for a day).

        :raise SetupError: the mirror does not answer or a signature is wrong
        """
        for folder in ("state/lists/partial", "cache/archives/partial"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        (self.root / "status").touch()
        (self.root / "debian.sources").write_text(self._source())
        (self.root / "apt.conf").write_text(self._configuration())
        stamp = self.root / "updated"
        if not stamp.exists() or time.time() - stamp.stat().st_mtime > 86400:
            run_logged([*self._apt("apt-get"), "update", "-o", "APT::Update::Error-Mode=any"], self.log)
            stamp.touch()

    def _source(self) -> str:
        fields = {"Types": "deb", "URIs": self.archive["uris"], "Suites": " ".join(dict.fromkeys([self.suite, "sid"]))}
        fields["Components"] = "main"
        if self.archive.get("signed-by"):
            fields["Signed-By"] = self.archive["signed-by"]
        return "".join(f"{name}: {value}\n" for name, value in fields.items())

    def _configuration(self) -> str:
        settings = {
            "Dir::Etc::sourcelist": self.root / "debian.sources",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::State": self.root / "state",
            "Dir::State::status": self.root / "status",
            "Dir::Cache": self.root / "cache",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
        }
        if os.geteuid() == 0:
            settings["APT::Sandbox::User"] = "root"
        return "".join(f'{name} "{value}";\n' for name, value in settings.items())

    def _apt(self, program: str) -> list[str]:
        return [program, "-q", "-c", str(self.root / "apt.conf")]

    def download(self, package: str, suites: Iterable[str]) -> Path:
        """The ``.deb`` of ``package`` from the first of ``suites`` that has it, verified by apt.

        :raise SetupError: none has it, or the download fails
        """
        for suite in suites:
            listing = subprocess.run(
                [*self._apt("apt-get"), "--print-uris", "download", f"{package}/{suite}"],
                capture_output=True,
                text=True,
            )
            match = re.search(r"^'[^']+' (\S+) (\d+) ", listing.stdout, re.MULTILINE)
            if listing.returncode == 0 and match:
                return self._fetch(f"{package}/{suite}", match.group(1), int(match.group(2)))
        raise SetupError(f"Debian package {package} is in none of the suites {', '.join(suites)}")

    def download_missing(self, package: str, folder: Path) -> list[Path]:
        """``package`` of the machine's own suite and those dependencies that the machine lacks, into ``folder``.

        :raise SetupError: the suite has no such package, or a download fails
        """
        (folder / "partial").mkdir(parents=True, exist_ok=True)
        options = ["--yes", "--no-install-recommends", "--download-only", "--target-release", self.suite]
        settings = [
            "Dir::State::status=/var/lib/dpkg/status",
            "Debug::NoLocking=true",
            f"Dir::Cache::archives={folder}",
        ]
        settings = [part for setting in settings for part in ("-o", setting)]
        run_logged([*self._apt("apt-get"), *options, *settings, "install", package], self.log)
        return sorted(folder.glob("*.deb"))

    def _fetch(self, package: str, file_name: str, size: int) -> Path:
        folder = self.root / "cache/archives"
        target = folder / file_name
        if target.exists() and target.stat().st_size == size:
            return target
        with self.log.open("a") as sink:
            process = subprocess.Popen(
                [*self._apt("apt-get"), "download", package], cwd=folder, stdout=sink, stderr=sink
            )
            while process.poll() is None:
                done = max((path.stat().st_size for path in folder.glob(f"{package.split('/')[0]}_*")), default=0)
                self.progress.bar(done, size, f"{done // 2**20} of {size // 2**20} MB {package}")
                time.sleep(0.2)
        if process.returncode or not target.exists():
            raise SetupError(f"apt-get download {package} failed; see {self.log}")
        return target


def field(deb: Path, name: str) -> str:
    """A control field of a package file."""
    return output_of(["dpkg-deb", "--field", str(deb), name]).strip()


def unpack(deb: Path, target: Path) -> None:
    """Unpack a package's files below ``target``, installing nothing."""
    target.mkdir(parents=True, exist_ok=True)
    output_of(["dpkg-deb", "--extract", str(deb), str(target)])
