"""The embedded Label Studio server: one child process on loopback with its own data folder, secrets, log and pid file.

`EmbeddedStudio` starts and stops it and says how it fares; `annotator.studio.supervisor` keeps it alive, and
`annotator.studio.client` speaks to it. Nothing here knows of projects or tasks.
"""

from __future__ import annotations

import fcntl
import http.client
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

from annotator.domain.errors import ConfigError, StudioUnavailableError
from annotator.studio.processes import end, end_recorded, listens_alone, record, require_free
from annotator.studio.secrets import Secrets, kept_secrets

HOST = "127.0.0.1"
EMAIL = "label-studio@annotator.invalid"  # a reserved domain: nothing can ever be sent to it
LOG_LIMIT = 10_000_000  # bytes; a longer log is set aside at the next start
INHERITED = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
)  # unprefixed names such as HOST or DEBUG would be read as settings
QUIET = {
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "CONVERTER_DOWNLOAD_RESOURCES": "false",
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    "LABEL_STUDIO_ALLOWED_HOSTS": f"{HOST},localhost",
    "LABEL_STUDIO_CORS_ALLOW_ALL_ORIGINS": "false",
    "LABEL_STUDIO_ENABLE_LOCAL_FILES_STORAGE": "false",
    "LABEL_STUDIO_AZURE_MOUNT_FIX": "true",  # its name for SQLite's write-ahead log: readers no longer block the writer
    "PYTHONUNBUFFERED": "1",
}


class EmbeddedStudio:
    """A Label Studio server of our own in `home`, on `port` of loopback. One process at a time may hold a home.

    Source of the switches: the installed label_studio.core.settings.
    """

    def __init__(self, home: Path, *, port: int) -> None:
        self.home = home
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._log_start = 0

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def email(self) -> str:
        return EMAIL

    @property
    def log_path(self) -> Path:
        return self.home / "label-studio.log"

    @property
    def pid_path(self) -> Path:
        return self.home / "label-studio.pid"

    @property
    def secrets(self) -> Secrets:
        """What signs in to this server, made at first use."""
        return kept_secrets(self.home / "secrets.json")

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the server and return at once; `wait_ready` waits until it answers.

        Raises ConfigError when the home or the port is in use.
        """
        if self.is_alive():
            return
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._take_home()
        try:
            end_recorded(self.pid_path)
            require_free(HOST, self.port)
            self._spawn()
        except BaseException:
            self.stop()
            raise

    def wait_ready(self, timeout: float = 180) -> None:
        """Return once the server answers, as our process, with our token.

        Raises StudioUnavailableError when it ends first or `timeout` seconds pass, ConfigError when its data and secrets differ.
        """
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if not self.is_alive():
                raise StudioUnavailableError(f"Label Studio ended before it was ready. {self._story()}")
            if self._answers():
                return
            time.sleep(0.1)
        raise StudioUnavailableError(f"Label Studio did not answer within {timeout:.0f} seconds. {self._story()}")

    def is_alive(self) -> bool:
        """Say whether the process runs (it may not answer yet)."""
        return self._process is not None and self._process.poll() is None

    def stop(self, grace: float = 10) -> None:
        """End the server and whatever it started: asked first, after `grace` seconds made to."""
        process, self._process = self._process, None
        if process is not None:
            if process.poll() is None:  # the pid of one that has ended may be somebody else's by now
                end(process.pid, grace)
            process.wait()
            if process.stdin:
                process.stdin.close()
            self.pid_path.unlink(missing_ok=True)
        self._release_home()

    def restart(self) -> None:
        """Stop the server if it runs, and start it again on the same data and port."""
        self.stop()
        self.start()

    def log_tail(self, lines: int = 20) -> str:
        """Return the last lines that this start wrote to the log. It may hold text of postings: never pass it on to another log."""
        if not self.log_path.exists():
            return ""
        with self.log_path.open("rb") as log:
            log.seek(max(self._log_start, self.log_path.stat().st_size - 65_536))
            return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])

    def _spawn(self) -> None:
        if self.log_path.exists() and self.log_path.stat().st_size > LOG_LIMIT:
            self.log_path.replace(self.log_path.with_suffix(".log.1"))
        child = str(Path(__file__).with_name("child.py"))
        options = [
            "--no-browser",
            "--internal-host",
            HOST,
            "--port",
            str(self.port),
            "--data-dir",
            str(self.home / "data"),
        ]
        with os.fdopen(os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab") as log:
            self._log_start = self.log_path.stat().st_size
            self._process = subprocess.Popen(  # noqa: S603  our own interpreter and script
                [
                    sys.executable,
                    "-P",
                    child,
                    "start",
                    *options,
                ],  # -P: this folder must not shadow Label Studio's modules
                cwd=self.home,
                env=self._environment(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        record(self._process.pid, self.pid_path)

    def _environment(self) -> dict[str, str]:
        kept = self.secrets
        who = {
            "LABEL_STUDIO_USERNAME": EMAIL,
            "LABEL_STUDIO_PASSWORD": kept.password,
            "LABEL_STUDIO_USER_TOKEN": kept.token,
        }
        return {name: os.environ[name] for name in INHERITED if name in os.environ} | QUIET | who

    def _answers(self) -> bool:
        """Say whether the server answers; it must be ours, since the token goes to whoever listens on the port."""
        pid = self.pid
        if pid is None or _status(f"{self.url}/health") != 200:
            return False
        if not listens_alone(pid, HOST, self.port):
            raise ConfigError(f"Another process answers on port {self.port}.", mend="Stop it, or choose another port.")
        status = _status(f"{self.url}/api/current-user/whoami", self.secrets.token)
        if status == 401:
            mend = "Restore secrets.json from a backup, or remove the folder to begin anew: the outbox fills the server again."
            raise ConfigError(f"Label Studio's data in {self.home} were made with other secrets.", mend=mend)
        return status == 200

    def _story(self) -> str:
        code = self._process.poll() if self._process else None
        ended = f"It ended with code {code}. " if code is not None else ""
        return f"{ended}Its log, {self.log_path}, ends:\n{self.log_tail()}"

    def _take_home(self) -> None:
        if self._lock is not None:
            return
        lock = (self.home / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            mend = "Stop it first, or give this one another home."
            raise ConfigError(f"Another annotator process runs Label Studio in {self.home}.", mend=mend) from error
        self._lock = lock

    def _release_home(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _status(url: str, token: str = "") -> int | None:
    """Return the HTTP status of a GET on loopback, past any proxy; None when nobody answers, or not in HTTP."""
    request = urllib.request.Request(url, headers={"Authorization": f"Token {token}"} if token else {})  # noqa: S310  ours
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, http.client.HTTPException):
        return None
