"""Faults: processes are killed, networks cut, disks filled and clocks moved while people label; then the books are checked."""
