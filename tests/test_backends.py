"""The same plan and data on every backend: rows equal those of the reference, to the last integer."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pytest

from as_frames import KINDS, Kind, over
from eduplan import Period, Person, Plan, Record, Register, Status, evaluate, load_plan
from eduplan.testing import check_evaluator
from eduplan.testing.values import BEARER_FACTS, DAYS, RECORD_FACTS, ROLES
from eduplan.verdicts import VerdictRow, row_of
from test_frames import FOLLOW_UPS, PARTS, QUOTAS
from test_frames_gates import GATES, RESTING
from test_frames_stocks import FIGURES as ON_FILE
from test_frames_stocks import ROSTERS, TARGETS

PEOPLE, GROUPS, RECORDS, FIGURES = 60, 12, 600, 500
AS_OF, DURING = date(2024, 9, 1), Period(date(2023, 1, 1), date(2025, 1, 1))
COMPLETE = {"training": date(2024, 9, 2), "*": date(2024, 8, 31)}

WHOLE_PLANS = "set disabled_optimizers = 'projection_pullup'"
"""What the documentation advises for whole plans on DuckDB; its time grows with their square."""

pytestmark = [
    pytest.mark.filterwarnings(f"ignore:{told}")
    for told in (
        "PySpark does not yet fully support pandas",  # of which nothing is used here
        r"fetch_arrow_table\(\) is deprecated",  # by Ibis, of DuckDB
    )
]


@pytest.fixture(scope="module", params=[*KINDS, "ibis on duckdb", "ibis on postgres", "pyspark"])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Return a kind of frame, with the engine it lies in running."""
    name = request.param
    if name == "pyspark":
        spark = request.getfixturevalue("spark")
        return Kind(spark.createDataFrame, type(spark.createDataFrame([(1,)])))
    if name == "duckdb":
        connection = duckdb.connect()
        connection.execute(WHOLE_PLANS)
        return Kind(connection.from_arrow, KINDS[name].returned)
    return KINDS.get(name) or ibis_kind(request, name)


def ibis_kind(request: pytest.FixtureRequest, name: str) -> Kind:
    """Return Ibis tables in a database, each stored there."""
    if name == "ibis on duckdb":
        connection: Any = ibis.duckdb.connect()
        connection.raw_sql(WHOLE_PLANS)
    else:
        socket = request.getfixturevalue("postgres")
        connection = ibis.postgres.connect(
            host=socket, user="tests", database="postgres", options="-c jit=off"
        )
    request.addfinalizer(connection.disconnect)

    def make(table: pa.Table) -> Any:
        return connection.create_table(ibis.util.gen_name("given"), table, temp=True)

    return Kind(make, ibis.Table)


@cache
def plan() -> Plan:
    return load_plan(Path(__file__).with_name("backends.toml"))


OF_BEARERS = {name: values for name, values in BEARER_FACTS.items() if name != "load"}


@cache
def people() -> Sequence[Person]:
    """Return people on edges, the same ones in every run, of whom not everything is known."""
    draw, loads = random.Random(2024), random.Random(2026)
    seldom = [None] * (3 * len(DAYS))
    made = [
        Person(
            id=f"t{number}",
            roles=draw.choice([ROLES[:1], ROLES[1:], ROLES, ()]),
            joined=draw.choice([*DAYS, *seldom]),
            left=draw.choice([*DAYS, *seldom]),
            facts=known(draw, OF_BEARERS) | known(loads, {"load": BEARER_FACTS["load"]}),
        )
        for number in range(PEOPLE)
    ]
    return [*made, *groups(draw)]


def groups(draw: random.Random) -> list[Person]:
    """Return groups of these people, which have a role of their own; not all members are known."""
    ids = [*(f"t{number}" for number in range(PEOPLE)), "nobody"]
    return [
        Person(
            id=f"g{number}",
            roles=["group"],
            facts={
                **known(draw, OF_BEARERS),
                **known(draw, {"leader": ids}),
                "members": draw.sample(ids, draw.randrange(1, 5)),
            },
        )
        for number in range(GROUPS)
    ]


@cache
def records() -> Sequence[Record]:
    """Return records on edges, some over several days."""
    draw, links = random.Random(2025), random.Random(2026)
    ids = [*(f"t{number}" for number in range(PEOPLE)), "nobody"]
    made = []
    for number in range(RECORDS):
        day = draw.choice(DAYS)
        last = draw.choice([None, None, *(other for other in DAYS if other >= day)])
        facts = {**known(draw, RECORD_FACTS), "guest": draw.choice([*ids, None])}
        facts["answers"] = links.choice([None, f"r{links.randrange(RECORDS)}"])
        made.append(
            Record(
                id=f"r{number}",
                kind=draw.choice(["training", "training", "visit"]),
                day=day,
                last_day=last,
                bearer=draw.choice(ids),
                facts=facts,
            )
        )
    return [*made, *figures(draw)]


def figures(draw: random.Random) -> list[Record]:
    """Return figures on file, some of them by their two counts, some by none."""
    ids = [f"t{number}" for number in range(PEOPLE)]
    values: dict[str, list[Any]] = {
        "pass-rate": [0, 1, Fraction(1, 2), Fraction(1, 3), Fraction(3, 5), None],
        "index": [1, 2, 3, Fraction(3, 2), None],
        "grade": ["school", "county", "city"],
    }
    made = []
    for number in range(FIGURES):
        name = draw.choice(list(values))
        value, whole = draw.choice(values[name]), draw.choice([None, 1, 2, 3, 4])
        counts = (
            {} if whole is None else {"numerator": draw.randint(0, whole), "denominator": whole}
        )
        stated = {"indicator": name, **({} if value is None else {"value": value}), **counts}
        facts = {**known(draw, RECORD_FACTS), **stated, "guest": draw.choice(ids)}
        kind = draw.choice(["indicator", "indicator", "exam"])
        day, bearer = draw.choice(DAYS), draw.choice(ids)
        made.append(Record(id=f"f{number}", kind=kind, day=day, bearer=bearer, facts=facts))
    return made


def known(draw: random.Random, domains: Any) -> dict[str, Any]:
    """Return facts of which one in twelve is not known."""
    return {name: draw.choice(values) for name, values in domains.items() if draw.randrange(12)}


@cache
def reference() -> Sequence[VerdictRow]:
    register = Register(records(), complete_through=COMPLETE)
    return tuple(map(row_of, evaluate(plan(), people(), register, as_of=AS_OF, during=DURING)))


def test_every_backend_says_what_the_reference_says(kind: Kind) -> None:
    found = over(kind)(
        plan(), people(), records(), as_of=AS_OF, complete_through=COMPLETE, during=DURING
    )

    assert Counter(found) == Counter(reference())


def test_the_data_put_every_answer_to_the_test() -> None:
    found = {
        provision.id: {row.status for row in reference() if row.provision == provision.id}
        for provision in plan().provisions
    }

    assert all(len(statuses) >= 3 for statuses in found.values()), found
    assert {row.status for row in reference()} == set(Status)
    assert sum(row.value == row.required for row in reference()) > len(reference()) / 10


def test_every_backend_takes_lists(kind: Kind) -> None:
    lists = dict.fromkeys(("role", "members", "mode", "topic"))
    names = ["topics", "parts", "groups", "hours-so-far"]
    given = {"as_of": AS_OF, "complete_through": COMPLETE, "during": DURING, "only": names}

    found = over(kind, lists)(plan(), people(), records(), **given)

    assert Counter(found) == Counter(row for row in reference() if row.provision in names)


@pytest.mark.parametrize("database", ["ibis on duckdb", "ibis on postgres"])
def test_databases_agree_with_the_reference(database: str, request: pytest.FixtureRequest) -> None:
    stored = over(ibis_kind(request, database))

    check_evaluator(stored, cases=QUOTAS, max_examples=12)
    check_evaluator(stored, cases=PARTS, max_examples=8)
    check_evaluator(stored, cases=FOLLOW_UPS, max_examples=8)
    check_evaluator(stored, cases=TARGETS, max_examples=8)
    check_evaluator(stored, cases=ON_FILE, max_examples=8)
    check_evaluator(stored, cases=ROSTERS, max_examples=8)
    check_evaluator(stored, cases=GATES, max_examples=8)
    check_evaluator(stored, cases=RESTING, max_examples=4)
