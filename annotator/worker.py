"""The worker: what happens apart from any request. It returns overdue leases and keeps the Label Studio mirror in step.

Each duty has a pause of its own; one that fails is logged and tried again, and never stops the others.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread

import structlog

from annotator.dispensing.finishing import close_certain
from annotator.dispensing.returns import expire_overdue
from annotator.dispensing.withdrawal import finish_withdrawals
from annotator.domain.errors import AnnotatorError
from annotator.intake.recheck import RecheckDesk
from annotator.intake.screens import open_vault
from annotator.quality.bank import retire_worn
from annotator.quality.decisions import watch
from annotator.storage import controls
from annotator.storage.leader import leadership
from annotator.studio.connect import studio_client
from annotator.studio.mirror import Mirror
from annotator.studio.predictions import push_predictions
from annotator.web.service import Service

log = structlog.get_logger(__name__)

_TICK = 0.25
_STAND_BY = 5.0
_COMPARE = 900.0
_TIDY = 3600.0
_CONTROLS = 5.0


@dataclass
class Duty:
    """Something done again and again, `pause` seconds apart; one that takes long has a thread `apart`."""

    name: str
    run: Callable[[], object]
    pause: float
    apart: bool = False
    due: float = field(default=0.0, init=False)
    thread: Thread | None = field(default=None, init=False)

    @property
    def busy(self) -> bool:
        return self.thread is not None and self.thread.is_alive()


def work(service: Service, duties: list[Duty], stopping: Event) -> None:
    """Do the duties until told to stop; stand by while another worker leads."""
    while not stopping.is_set():
        with leadership(service.database) as leads:
            if leads:
                _lead(duties, stopping)
        stopping.wait(_STAND_BY)


def duties(service: Service) -> list[Duty]:
    """Return overdue leases to the pool; push what waits to Label Studio; bring back what was done there."""
    found = [Duty("expire leases", lambda: expire_overdue(service.database, service.now()), pause=5)]
    found.append(Duty("refit the consensus", lambda: _refit(service), pause=10, apart=True))
    found.append(
        Duty(
            "finish withdrawals", lambda: finish_withdrawals(service.database, service.schema, service.now()), pause=10
        )
    )
    found.append(Duty("retrain", lambda: _retrain(service), pause=10, apart=True))
    found.append(Duty("forecast what is left", lambda: _forecast(service), pause=60, apart=True))
    found.append(Duty("watch over quality", lambda: _watch(service), pause=10, apart=True))
    desk = RecheckDesk(service.database, service.project, open_vault(service.settings))
    found.append(Duty("tidy the vault", desk.tidy, pause=_TIDY))
    if service.settings.studio:
        mirror = open_mirror(service)
        found.append(Duty("push to Label Studio", mirror.push, pause=1))
        found.append(Duty("push predictions", lambda: _predict(service, mirror), pause=5))
        found.append(Duty("sweep Label Studio", mirror.sweep, pause=service.settings.sweep_seconds))
        found.append(Duty("compare with Label Studio", mirror.heal, pause=_COMPARE))
        found.append(Duty("mirror control items", _control_mirror(service), pause=_CONTROLS))
    return found


def _refit(service: Service) -> bool:
    from annotator.insight.consensus import refit_if_due

    common = (service.database, service.project, service.schema, service.now())
    return refit_if_due(*common) and close_certain(*common) >= 0


def _watch(service: Service) -> int:
    retire_worn(service.database, service.project, service.now())
    return watch(service.database, service.project, service.schema, service.now())


def _forecast(service: Service) -> bool:
    from annotator.learning.forecasting import forecast_if_due

    return forecast_if_due(service.database, service.project, service.schema, service.now())


def _retrain(service: Service) -> bool:
    from annotator.learning.training import train_if_due

    return train_if_due(service.database, service.project, service.schema, service.settings.home, service.now())


def _predict(service: Service, mirror: Mirror) -> int:
    return push_predictions(service.database, service.project, mirror, service.schema.rating)


def open_mirror(service: Service) -> Mirror:
    """Return the mirror of the service's project."""
    client = studio_client(service.settings)
    return Mirror(service.database, client, service.project, service.schema, service.label_config, service.clock)


def open_bank_mirror(service: Service) -> Mirror | None:
    """Return the mirror of the project's control items; None where it has none."""
    with service.database.reading() as session:
        bank = controls.bank_of(session, service.project.id)
    if bank is None:
        return None
    bank.guideline_version_id = (
        service.project.guideline_version_id
    )  # control items are answered under the project's own
    client, config = studio_client(service.settings), service.label_config
    return Mirror(service.database, client, bank, service.schema, config, service.clock, part="(control items)")


def _control_mirror(service: Service) -> Callable[[], None]:
    """Return the duty of the bank's mirror, which is opened once there is a bank."""
    opened: list[Mirror] = []

    def run() -> None:
        if not opened:
            opened.extend(filter(None, [open_bank_mirror(service)]))
        for mirror in opened:
            mirror.push()
            mirror.sweep()

    return run


def _lead(duties: list[Duty], stopping: Event) -> None:
    while not stopping.wait(_TICK):
        for duty in duties:
            if time.monotonic() < duty.due or duty.busy or stopping.is_set():
                continue
            if duty.apart:
                duty.thread = Thread(target=_do, args=(duty,), name=duty.name, daemon=True)
                duty.thread.start()
            else:
                _do(duty)


def _do(duty: Duty) -> None:
    try:
        duty.run()
    except AnnotatorError as error:
        log.warning("duty put off", duty=duty.name, reason=error.what)
    except Exception:
        log.exception("duty failed", duty=duty.name)
    duty.due = time.monotonic() + duty.pause
