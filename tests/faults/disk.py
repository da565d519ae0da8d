"""A disk that can be full: a small file system in memory where one may be mounted, else a limit on the size of files."""

from __future__ import annotations

import resource
import shutil
import subprocess
from pathlib import Path

_ROOM = 2_000_000_000
_PAGE = 4096


class Disk:
    """What a run writes to. Without the right to mount, no file of the service's processes may grow past a size instead."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mounted = _run("mount", "-t", "tmpfs", "-o", f"size={_ROOM},mode=755", "tmpfs", str(folder))

    def fill(self, pids: list[int], left: int | None) -> None:
        """Leave `left` bytes for what is written; None makes room again."""
        if self.mounted:
            used = shutil.disk_usage(self.folder).used
            size = _ROOM if left is None else -(-(used + left) // _PAGE) * _PAGE
            _run("mount", "-o", f"remount,size={size}", str(self.folder))
            return
        limit = resource.RLIM_INFINITY if left is None else left
        for pid in pids:
            try:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            except ProcessLookupError:
                continue  # it ended meanwhile

    def close(self) -> None:
        if self.mounted:
            _run("umount", "-l", str(self.folder))


def _run(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
