"""The worker: what happens apart from any request, from overdue leases to retraining and the mirror in Label Studio.

Its duties stand here; how they are done again and again stands in `working`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from annotator.alerts.watch import Watcher
from annotator.coordination.bulk import BulkDesk
from annotator.coordination.following import follow_settings
from annotator.dispensing.finishing import close_certain, reopen_doubtful
from annotator.dispensing.returns import expire_from_the_future, expire_overdue
from annotator.dispensing.wellbeing import forget_outlived
from annotator.dispensing.withdrawal import finish_withdrawals
from annotator.domain.words import marked
from annotator.intake.recheck import RecheckDesk
from annotator.intake.screens import open_vault
from annotator.people.own_sign_in import forget_ended
from annotator.quality.bank import retire_worn
from annotator.quality.decisions import watch
from annotator.storage import anchors, controls
from annotator.studio.client import StudioClient
from annotator.studio.columns import push_columns
from annotator.studio.gold import push_gold
from annotator.studio.mirror import Mirror
from annotator.studio.predictions import push_predictions
from annotator.web.frame.service import Service
from annotator.webhooks.courier import Courier
from annotator.working import Duty

_COMPARE = 900.0
_TIDY = 3600.0
_CONTROLS = 5.0
_STUDIO = "Label Studio"


def duties(service: Service, studio: StudioClient | None = None) -> list[Duty]:
    """Return every duty of the worker; those that speak with Label Studio only where there is a client for it."""
    found = [Duty(marked("expire leases"), lambda: _expire(service), pause=5)]
    found.append(Duty(marked("refit the consensus"), lambda: _refit(service), pause=10))
    found.append(Duty(marked("carry on bulk actions"), lambda: _carry_on(service), pause=2))
    found.append(Duty(marked("let open items follow the settings"), lambda: _follow(service), pause=5))
    found.append(
        Duty(
            marked("finish withdrawals"),
            lambda: finish_withdrawals(service.database, service.schema, service.now()),
            pause=10,
        )
    )
    found.append(Duty(marked("retrain"), lambda: _retrain(service), pause=10))
    found.append(Duty(marked("forecast what is left"), lambda: _forecast(service), pause=60))
    found.append(Duty(marked("measure drift"), lambda: _drift(service), pause=60))
    found.append(Duty(marked("watch over quality"), lambda: _watch(service), pause=10))
    watcher = Watcher(service.database, service.opened, service.schema, studio=service.settings.studio)
    found.append(Duty(marked("look for alerts"), lambda: watcher.run(service.now()), pause=60))
    found.append(Duty(marked("deliver webhooks"), _courier(service).deliver, pause=2))
    desk = RecheckDesk(service.database, service.project, service.schema, open_vault(service.settings))
    found.append(Duty(marked("tidy the vault"), desk.tidy, pause=_TIDY))
    found.append(Duty(marked("forget what is no longer needed"), lambda: _forget(service), pause=_TIDY))
    found.append(Duty(marked("anchor the audit log"), lambda: _anchor(service), pause=_TIDY))
    if studio is not None:
        mirror = open_mirror(service, studio)
        found.append(Duty(marked("push to Label Studio"), mirror.push, pause=1, line=_STUDIO))
        found.append(Duty(marked("push predictions"), lambda: _predict(service, mirror), pause=5, line=_STUDIO))
        found.append(
            Duty(marked("keep Label Studio's columns"), lambda: _columns(service, mirror), pause=5, line=_STUDIO)
        )
        found.append(Duty(marked("put gold into Label Studio"), lambda: _gold(service, mirror), pause=5, line=_STUDIO))
        found.append(
            Duty(marked("sweep Label Studio"), mirror.sweep, pause=service.settings.sweep_seconds, line=_STUDIO)
        )
        found.append(Duty(marked("compare with Label Studio"), mirror.heal, pause=_COMPARE, line=_STUDIO))
        found.append(
            Duty(marked("mirror control items"), _control_mirror(service, studio), pause=_CONTROLS, line=_STUDIO)
        )
    return found


def _courier(service: Service) -> Courier:
    return Courier(service.database, service.clock, np.random.default_rng(), private=service.settings.webhooks_private)


def _forget(service: Service) -> int:
    return forget_outlived(service.database, service.now()) + forget_ended(service.database, service.now())


def _anchor(service: Service) -> bool:
    return anchors.keep(service.database, service.settings.home / anchors.NAME, service.now())


def _expire(service: Service) -> int:
    return expire_overdue(service.database, service.now()) + expire_from_the_future(service.database, service.now())


def _refit(service: Service) -> bool:
    from annotator.insight.consensus import refit_if_due

    common = (service.database, service.project, service.schema, service.now())
    if not refit_if_due(*common):
        return False
    close_certain(*common)
    reopen_doubtful(*common)
    return True


def _carry_on(service: Service) -> int:
    return BulkDesk(service.database, service.opened).carry_on(service.now())


def _follow(service: Service) -> int:
    return follow_settings(service.database, service.opened, service.schema, service.now())


def _watch(service: Service) -> int:
    retire_worn(service.database, service.project, service.now())
    return watch(service.database, service.project, service.schema, service.now())


def _forecast(service: Service) -> bool:
    from annotator.learning.forecasting import forecast_if_due

    return forecast_if_due(service.database, service.project, service.schema, service.now())


def _drift(service: Service) -> bool:
    from annotator.insight.data import measure_drift_if_due

    return measure_drift_if_due(service.database, service.project, service.now())


def _retrain(service: Service) -> bool:
    from annotator.learning.curve import keep_newest
    from annotator.learning.training import train_if_due

    common = (service.database, service.project, service.schema)
    settings = service.settings
    return train_if_due(*common, settings.home, service.now(), settings.features) and keep_newest(*common)


def _predict(service: Service, mirror: Mirror) -> int:
    return push_predictions(service.database, service.project, mirror, service.schema.rating)


def _columns(service: Service, mirror: Mirror) -> int:
    return push_columns(service.database, service.project, mirror, service.schema.rating)


def _gold(service: Service, mirror: Mirror) -> int:
    return push_gold(service.database, service.project, mirror)


def open_mirror(service: Service, client: StudioClient) -> Mirror:
    """Return the mirror of the service's project."""
    common = (service.database, client, service.project, service.schema, service.label_config, service.clock)
    return Mirror(*common, pictures_at=service.address)


def open_bank_mirror(service: Service, client: StudioClient) -> Mirror | None:
    """Return the mirror of the project's control items; None where it has none."""
    with service.database.reading() as session:
        bank = controls.bank_of(session, service.opened.id)
    if bank is None:
        return None
    # control items are answered under the project's own version
    bank.guideline_version_id = service.opened.guideline_version_id
    common = (service.database, client, bank, service.schema, service.label_config, service.clock)
    return Mirror(*common, part="(control items)")


def _control_mirror(service: Service, client: StudioClient) -> Callable[[], None]:
    """Return the duty of the bank's mirror, which is opened once there is a bank."""
    opened: list[Mirror] = []

    def run() -> None:
        if not opened:
            opened.extend(filter(None, [open_bank_mirror(service, client)]))
        for mirror in opened:
            mirror.push()
            mirror.sweep()

    return run
