"""One teacher's verdicts over HTTP: the plan is loaded once, every request hands over its facts.

With ``fastapi`` and ``uvicorn`` installed, run it in the folder of this file::

    uvicorn web_service:app

and ask it about a teacher (this one is invented)::

    curl 'localhost:8000/explanations?lang=en' --json '{"as_of": "2025-06-02",
        "complete_through": "2025-06-01",
        "bearer": {"id": "T1", "role": ["teacher"], "stage": "primary"},
        "records": [{"id": "R1", "kind": "training", "day": "2023-07-08", "bearer": "T1",
                     "hours": 72, "certified": true}]}'

``/verdicts`` answers with the JSON that ``eduplan schema verdicts`` describes, ``/explanations``
with sentences in the language of ``?lang=`` or of ``Accept-Language``. Nothing is kept. Of bad
input all faults are told at once, by their places and never by what stands there.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, BeforeValidator

from eduplan import (
    Fault,
    InputError,
    Plan,
    Register,
    SchoolCalendar,
    Status,
    Verdict,
    evaluate,
    load_calendar,
    load_plan,
)
from eduplan.dates import as_date
from eduplan.errors import kind_of
from eduplan.exports import verdicts_to_json
from eduplan.messages import Language

Facts = dict[str, Any]

ANSWERS = {
    "training-cycle": "five-year-plan",
    "hours-that-count": "passed",
    "joined-or-left": "pro-rata",
}
"""How the office answers what its plan leaves open."""

SHAPES = {"missing": "missing-key", "list_type": "not-a-list", "json_invalid": "not-json"}
"""Codes of faults for what FastAPI itself finds wrong."""


def identified(bearer: Facts) -> Facts:
    """Return a bearer that has an id."""
    if not isinstance(bearer.get("id"), str) or not bearer["id"]:
        raise InputError([Fault("no-id", "bearer.id")])
    return bearer


def readable(records: list[Facts]) -> list[Facts]:
    """Return records that a register takes."""
    Register(records)
    return records


class Question(BaseModel):
    """How somebody stands on a day, by these records."""

    bearer: Annotated[Facts, AfterValidator(identified)]
    records: Annotated[list[Facts], AfterValidator(readable)]
    as_of: Annotated[date, BeforeValidator(as_date)]
    complete_through: Annotated[date, BeforeValidator(as_date)] | None = None


def language(request: Request) -> Language:
    """Return the language that is asked for, Chinese where none of the two is."""
    asked = request.query_params.get("lang") or request.headers.get("accept-language", "")
    found = re.findall(r"\b(zh|en)\b[\w-]*(?:\s*;\s*q=(\d(?:\.\d+)?))?", asked.lower())
    weights = {name: float(weight or 1) for name, weight in reversed(found)}
    return "en" if weights.get("en", 0) > weights.get("zh", 0) else "zh"


def service(plan: Plan, calendar: SchoolCalendar | None = None) -> FastAPI:
    """Return the service for a plan; all requests share it, in whatever threads they run."""
    app = FastAPI(title=plan.title.en)

    def judge(question: Question) -> list[Verdict]:
        register = Register(question.records, complete_through=question.complete_through)
        bearers = [question.bearer]
        return list(evaluate(plan, bearers, register, as_of=question.as_of, calendar=calendar))

    @app.post("/verdicts")
    def verdicts(judged: Annotated[list[Verdict], Depends(judge)]) -> Response:
        return Response(verdicts_to_json(judged), media_type="application/json")

    @app.post("/explanations")
    def explanations(
        judged: Annotated[list[Verdict], Depends(judge)],
        lang: Annotated[Language, Depends(language)],
    ) -> list[str]:
        told = [verdict for verdict in judged if verdict.status != Status.NOT_APPLICABLE]
        return [verdict.explain(lang, names=False) for verdict in told]

    app.add_exception_handler(InputError, refuse)
    app.add_exception_handler(RequestValidationError, refuse)
    app.add_exception_handler(400, refuse)  # a body that could not even be read
    return app


def refuse(request: Request, error: Exception) -> Response:
    """Answer bad input with all its faults: code, place, and what would be right."""
    lang = language(request)
    if isinstance(error, InputError):
        faults: Iterable[Fault] = error.faults
    elif isinstance(error, RequestValidationError):
        faults = misshapen(error)
    else:
        code = "not-utf8" if isinstance(error.__cause__, UnicodeError) else "not-json"
        faults = [Fault(code, "", {"why": type(error.__cause__).__name__})]
    told = [
        {"code": fault.code, "path": fault.path, "message": fault.message(lang)} for fault in faults
    ]
    return JSONResponse({"faults": told}, 422)


def misshapen(error: Any) -> Iterator[Fault]:
    """Yield the faults of a `RequestValidationError`, without what it quotes of the request."""
    for one in error.errors():
        place = ".".join(map(str, one["loc"][1:]))
        cause = one.get("ctx", {}).get("error")
        if isinstance(cause, InputError):
            yield from (fault if fault.path else fault.under(place) for fault in cause.faults)
        else:
            facts = {"got": kind_of(one["input"]), "why": cause}
            yield Fault(SHAPES.get(one["type"], "not-a-table"), place, facts)


app = service(load_plan("county-six-year").answer(ANSWERS), load_calendar("shanghai"))
