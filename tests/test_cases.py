"""Cases a research office can read: a sentence, a clause, records, and the verdict with its reason.

Every file in ``tests/cases`` holds cases of one subject. How they are written is told in
``docs/en/reference/cases.md``; here a sentence in both languages, the clause and a reason are
required. What must come out is argued for from the clause, without looking at the program.
"""

from collections import defaultdict
from pathlib import Path
from typing import Any

import attrs
import pytest

from eduplan import Consequence, Group, Person, Record, School, available_plans, load_plan
from eduplan.cases import Case, read_cases, run_case
from eduplan.provisions import Provision, Unanswered

FOLDER = Path(__file__).parent / "cases"

CASES = [(path.stem, case) for path in sorted(FOLDER.glob("*.toml")) for case in read_cases(path)]
SUGGESTIONS = [case for _, case in CASES if case.suggests]
by_name = pytest.mark.parametrize(
    "case", [case for _, case in CASES], ids=[f"{file}:{case.id}" for file, case in CASES]
)


def as_bearer(table: Any) -> object:
    """Return a bearer's table as the library's own type."""
    facts = dict(table)
    kind = facts.pop("type", "person")
    own: dict[str, Any] = {k: facts.pop(k) for k in ("id", "name") if k in facts}
    if isinstance(facts.get("stage"), str):  # several stages are a fact
        own["stage"] = facts.pop("stage")
    if kind == "person":
        own |= {k: facts.pop(k) for k in ("school", "joined", "left") if k in facts}
        roles = facts.pop("role", [])
        roles = [roles] if isinstance(roles, str) else roles
        return Person(**own, roles=roles, facts=facts)
    if kind in ("school", "research-office"):
        return School(**own, type=kind, facts=facts)
    own |= {k: facts.pop(k) for k in ("school", "members") if k in facts}
    return Group(**own, type=kind, facts=facts)


def as_record(table: Any) -> Record:
    """Return a record's table as the library's own type."""
    facts = dict(table)
    keys = ("id", "kind", "day", "bearer", "last_day")
    own = {key: facts.pop(key) for key in keys if key in facts}
    return Record(**own, facts=facts)


@by_name
@pytest.mark.parametrize("form", ["tables", "values", "backwards"])
def test_the_verdict_is_the_one_argued_for(case: Case, form: str) -> None:
    """Judge a case as tables, as the library's own values, and with everything in reverse order."""
    if form == "values":
        bearers = tuple(as_bearer(bearer) for bearer in case.bearers)
        records = tuple(as_record(record) for record in case.records)
        case = attrs.evolve(case, bearers=bearers, records=records)
    elif form == "backwards":
        case = attrs.evolve(
            case,
            bearers=case.bearers[::-1],
            records=case.records[::-1],
            courses=case.courses[::-1],
        )
    outcomes = list(run_case(case))
    assert len(outcomes) == len(case.expectations)
    for outcome in outcomes:
        told = [mismatch.message("en") for mismatch in outcome.mismatches]
        assert told == [], outcome.expected.because


@pytest.mark.parametrize("case", SUGGESTIONS, ids=lambda case: case.id)
def test_what_is_suggested_is_the_same_when_asked_again(case: Case) -> None:
    """That it is the same set of courses matters where several cost the same."""
    for wanted in case.suggests:
        assert case.suggest(wanted) == case.suggest(wanted)


@by_name
def test_every_case_is_told_in_both_languages_and_argued_for(case: Case) -> None:
    assert case.zh
    assert case.en
    assert case.clause
    for expected in case.expectations:
        assert len(expected.because) >= 20, "give the reason, not a word"


def test_no_two_cases_have_the_same_name() -> None:
    names = [case.id for _, case in CASES]
    assert len(names) == len(set(names))


@by_name
def test_a_case_cites_a_clause_of_its_plan(case: Case) -> None:
    spoken = {one.provision for one in case.judged} - {""}
    spoken |= {name for one in case.suggests for name in one.only}
    provisions = [one for one in case.plan.provisions if not spoken or one.id in spoken]
    assert case.clause in {number for provision in provisions for number in provision.clause}


@pytest.mark.parametrize("name", available_plans())
def test_every_provision_has_cases_that_reach_what_can_come_of_it(name: str) -> None:
    """Met and not met; what follows from a verdict may not follow; people judge an attestation."""
    reached: dict[str, set[str]] = defaultdict(set)
    for _, case in CASES:
        if case.plan.id == name:
            for expected in case.expects:
                reached[expected.provision].add(str(expected.says["status"]))
    lacking = {
        provision.id: sorted(wanted(provision) - reached[provision.id])
        for provision in load_plan(name).provisions
        if not reached[provision.id] >= wanted(provision)
    }
    assert lacking == {}


def wanted(provision: Provision | Unanswered) -> set[str]:
    """Return the statuses to be tried: what has not to be carried out follows, or does not.

    What people judge needs no case in every plan; the cases of the form try it.
    """
    form = provision.key if isinstance(provision, Unanswered) else provision.form
    if form == "attestation":
        return set()
    if isinstance(provision, Unanswered):
        follows = form == "consequence" and "carried_out" not in provision.table
    else:
        follows = isinstance(provision, Consequence) and provision.carried_out is None
    return {"MET", "NOT_APPLICABLE"} if follows else {"MET", "NOT_MET"}
