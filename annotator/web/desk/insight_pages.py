"""The pages behind two panels of the desk: `/coordinator/data` and `/coordinator/learning`, with their tables as CSV."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from annotator.web.desk.charts import class_balance, epoch_rates, learning_curve, lift_curve
from annotator.web.desk.tables import data_tables, fallback_words, learning_tables, pick
from annotator.web.desk.tile_map import tile_map
from annotator.web.frame.csv_files import csv_file
from annotator.web.frame.pages import render
from annotator.web.frame.security import CoordinatorDep
from annotator.web.frame.service import ServiceDep

router = APIRouter(prefix="/coordinator", include_in_schema=False)


@router.get("/data")
def data_page(request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    data, learning = service.board.data(), service.board.learning()
    prevalence = learning.pool.prevalence
    audited = any(one.n for one in prevalence.values())
    return render(
        request,
        "data.html",
        caller=caller,
        data=data,
        audited=learning.pool.audited,
        tables=data_tables(data, learning),
        balance=class_balance(prevalence, {one: data.given_share(one) for one in prevalence}) if audited else None,
        rates=epoch_rates(data.epochs) if any(epoch.audited for epoch in data.epochs) else None,
        map=tile_map(data.regions),
    )


@router.get("/data/{table}.csv")
def data_csv(table: str, service: ServiceDep, _: CoordinatorDep) -> Response:
    found = pick(data_tables(service.board.data(), service.board.learning()), table)
    return csv_file(found.name, found.headers, found.rows)


@router.get("/learning")
def learning_page(request: Request, service: ServiceDep, caller: CoordinatorDep) -> Response:
    learning = service.board.learning()
    return render(
        request,
        "learning.html",
        caller=caller,
        learning=learning,
        fallback=fallback_words(learning),
        tables=learning_tables(learning),
        curve=learning_curve(learning.curve) if learning.curve else None,
        lift=lift_curve(learning.looked.curve) if learning.looked is not None else None,
    )


@router.get("/learning/{table}.csv")
def learning_csv(table: str, service: ServiceDep, _: CoordinatorDep) -> Response:
    found = pick(learning_tables(service.board.learning()), table)
    return csv_file(found.name, found.headers, found.rows)
