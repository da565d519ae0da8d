"""Numbers of the red-team set that lead to somebody: documents, accounts, plates, births, addresses of machines, places on the map."""

from __future__ import annotations

import numpy as np

from tests.privacy.values import pick

Rng = np.random.Generator


def document(rng: Rng, _: str) -> str:
    n = int(rng.integers(10**4))
    return pick(rng, [f"X0000{n:04d}", "QQ 12 34 56 C", f"987-65-43{20 + n % 10}", f"Y000{n:04d}Z", f"0000000{n:04d}"])


def bank(rng: Rng, _: str) -> str:
    n = int(rng.integers(10**4))
    return pick(
        rng,
        [
            f"GB00 TEST 0000 0000 00{n // 100:02d} 00",
            f"DE00 0000 0000 0000 00{n:04d}"[:27],
            f"4000 0000 0000 {n:04d}",
            f"0000-0000-0000-{n:04d}",
            f"00-00-00 0000{n:04d}",
            f"PL00000000000000000000{n:06d}",
        ],
    )


def wallet(rng: Rng, _: str) -> str:
    n = int(rng.integers(16**4))
    return pick(rng, [f"0x{'0' * 36}{n:04x}", f"bc1q{'x0' * 17}{n:04x}", f"1{'X9' * 14}{n % 9 + 1}xxx"])


def plate(rng: Rng, _: str) -> str:
    n = int(rng.integers(100))
    return pick(
        rng,
        [
            f"XX{n:02d} XXX",
            f"XX-0{n:02d}-XX",
            f"B-XX {1000 + n}",
            f"00{n:02d} XXX",
            f"XX {10000 + n}",
            f"B {n:02d} XXX",
        ],
    )


def birth(rng: Rng, language: str) -> str:
    d, m, y = int(rng.integers(1, 28)), int(rng.integers(1, 12)), int(rng.integers(1950, 2004))
    months = {
        "en": "January",
        "es": "de enero de",
        "fr": "janvier",
        "de": "Januar",
        "tl": "Enero",
        "pl": "stycznia",
        "ro": "ianuarie",
    }
    return pick(
        rng,
        [
            f"{d:02d}/{m:02d}/{y}",
            f"{d}.{m}.{y}",
            f"{y}-{m:02d}-{d:02d}",
            f"{d} {months[language]} {y}",
            f"{d:02d}-{m:02d}-{y % 100:02d}",
        ],
    )


def ip(rng: Rng, _: str) -> str:
    n = int(rng.integers(1, 255))
    return pick(
        rng,
        [
            f"192.0.2.{n}",
            f"198.51.100.{n}:8080",
            f"203.0.113.{n}",
            f"2001:db8::{n:x}",
            f"2001:db8:0:0:0:0:0:{n:x}",
            f"192[.]0[.]2[.]{n}",
            f"198 dot 51 dot 100 dot {n}",
        ],
    )


def coordinates(rng: Rng, _: str) -> str:
    a, b = float(rng.uniform(-1, 1)), float(rng.uniform(-1, 1))
    return pick(
        rng,
        [
            f"{a:.5f}, {b:.5f}",
            f"{abs(a):.4f}N {abs(b):.4f}W",
            f"0°{int(abs(a) * 59)}'12\"N 0°{int(abs(b) * 59)}'34\"W",
            f"lat {a:.4f} lon {b:.4f}",
            "6FG22222+22",
        ],
    )
