"""Which courses to attend: small offers tried against all that could be chosen."""

import subprocess
import sys
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from choosing import AS_OF, BY, FORTY, TEACHERS, cheapest, chosen, course, plan_of
from eduplan import InputError, Period, Record, Register, Status, evaluate, load_plan, suggest


def test_the_cheapest_for_two_with_one_place_each() -> None:
    # One has a and b for 110, the other c for 150: a has one place only, and so has c.
    offer = [
        course("a", 20, 100, central=True, places=1),
        course("b", 20, 10),
        course("c", 40, 150, central=True, places=1),
    ]
    found = suggest(FORTY, TEACHERS, Register([]), offer, by=BY, as_of=AS_OF)

    assert sorted(chosen(found).values()) == [["a", "b"], ["c"]]
    assert (found.cost, found.bound, found.proved, found.possible) == (260, 260, True, True)
    assert found == suggest(FORTY, TEACHERS, Register([]), offer, by=BY, as_of=AS_OF)
    assert "It is proved that nothing cheaper will do." in found.explain()
    assert "已证明没有更省的选法" in found.explain("zh")


def test_too_little_of_a_part_is_offered() -> None:
    # 40 hours are offered, but none of them central, of which 20 are due.
    found = suggest(FORTY, TEACHERS, Register([]), [course("b", 40, 1)], by=BY, as_of=AS_OF)

    assert not found.possible
    assert found.attend == {}
    assert found.explain() == (
        "2 cannot comply: central training lacks 20 hours, and the courses open to them by "
        "31 December 2025 come to 0 hours at most."
    )
    assert "集中培训还缺20学时" in found.explain("zh")


def test_places_are_short() -> None:
    # One place for two: one of them can comply, and is told so.
    offer = [course("only", 40, 7, central=True, places=1)]
    found = suggest(FORTY, TEACHERS, Register([]), offer, by=BY, as_of=AS_OF)

    assert len(found.attend) == 1
    assert [(one.code, len(one.bearers)) for one in found.shortages] == [("places", 1)]
    assert "too few places in only" in found.explain()


def test_courses_at_the_same_time() -> None:
    # 20 and 20 would do, but both are on Monday.
    offer = [
        course("a", 20, central=True, slots=["Monday"]),
        course("b", 20, slots=["Monday", "Tuesday"]),
    ]
    found = suggest(FORTY, TEACHERS, Register([]), offer, by=BY, as_of=AS_OF)

    assert [one.code for one in found.shortages] == ["alone"]
    assert (
        "enough is offered for Training hours, but some of the courses take place at the same"
        in (found.explain())
    )


def test_a_tariff_values_each_course() -> None:
    measure = {
        "credits": "training",
        "tariff": [
            {"where": {"level": "county"}, "per": "hours", "amount": "1/3"},
            {"per": "hours"},
        ],
    }
    plan = plan_of(at_least=10, measure=measure)
    offer = [
        course("county", 20, 1, facts={"level": "county"}),
        course("city", 10, 2, facts={"level": "city"}),
    ]
    found = suggest(plan, TEACHERS[:1], Register([]), offer, by=BY, as_of=AS_OF)

    assert chosen(found) == {"t1": ["city"]}  # 20/3 is less than 10


def test_what_courses_cannot_be_chosen_by_is_refused_or_passed_over_by_name() -> None:
    ranked = {"sum": "hours", "of": "training", "caps": [{"best": 1, "per": "period"}]}
    plan = plan_of(at_least=4, measure=ranked)
    found = suggest(plan, TEACHERS, Register([]), [], by=BY, as_of=AS_OF)

    assert [(one.provision, one.code) for one in found.beyond] == [("hours", "rank")]
    assert "Not looked at: Training hours, for only the worthiest records count." in found.explain()
    with pytest.raises(InputError, match="hours: only the worthiest records count"):
        suggest(plan, TEACHERS, Register([]), [], by=BY, as_of=AS_OF, only=["hours"])


def test_a_county_plan_with_its_questions_answered() -> None:
    # 360 hours are owed in 2021-2025; what is not answered yet is named.
    plan = load_plan("county-six-year").answer(
        {
            "training-cycle": "five-year-plan",
            "hours-that-count": "registered",
            "joined-or-left": "full",
        }
    )
    teacher = {"id": "t1", "role": "teacher", "stage": "primary"}
    offer = [course("long", 200, 8), course("longer", 240, 9), course("rest", 160, 2)]
    found = suggest(plan, [teacher], Register([]), offer, by=BY, as_of=AS_OF)

    assert chosen(found) == {"t1": ["long", "rest"]}
    codes = {one.provision: one.code for one in found.beyond}
    assert "training-hours" not in codes
    assert codes["professional-reading"] == "unanswered"
    assert codes["hundred-courses"] == "unanswered"


def test_where_nothing_can_be_looked_at_it_does_not_say_that_nobody_needs_anything() -> None:
    teacher = {"id": "t1", "role": "teacher", "stage": "primary"}
    plan = load_plan("county-six-year")
    found = suggest(plan, [teacher], Register([]), [], by=BY, as_of=AS_OF)

    assert found.explain().startswith("By what could be looked at nobody needs another course;")


def test_all_faults_of_a_catalogue_are_told_at_once() -> None:
    wrong: list[Any] = [
        {"id": "a", "kind": "training", "day": "2025-07-01", "places": 0},
        {"id": "b", "kind": "training", "day": "2025-07-01", "cost": -1, "hous": 3},
    ]
    with pytest.raises(InputError) as caught:
        suggest(FORTY, TEACHERS, Register([]), wrong, by=BY, as_of=AS_OF)

    paths = [fault.path for fault in caught.value.faults]
    assert paths == ["courses[0].places", "courses[1].hous", "courses[1].cost"]


def test_without_its_extra_it_says_what_to_install() -> None:
    script = (
        "import sys; sys.modules['ortools'] = None\n"
        "from datetime import date\n"
        "from eduplan import MissingExtra, Register, load_plan, suggest\n"
        "try: suggest(load_plan('county-six-year'), [], Register([]), [], by=date(2025, 1, 1),"
        " as_of=date(2025, 1, 1))\n"
        "except MissingExtra as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert "eduplan[solver]" in done.stdout


def test_costs_in_fractions_and_in_millions() -> None:
    # Three thirds are less than 1.01; and what costs millions is told exactly.
    thirds = [course(f"t{i}", 20, cost="1/3") for i in range(3)]
    dear = [course("dear", 40, cost="1.01")]
    plan = plan_of(at_least=60)
    found = suggest(plan, TEACHERS, Register([]), [*thirds, *dear], by=BY, as_of=AS_OF)
    assert (found.cost, found.bound, found.proved) == (2, 2, True)

    million = [course("a", 60, 123_456_789), course("b", 60, 123_456_788, places=1)]
    found = suggest(plan, TEACHERS, Register([]), million, by=BY, as_of=AS_OF)
    assert (found.cost, found.proved) == (246_913_577, True)


def test_courses_over_several_weeks_each_of_which_overlaps_the_next() -> None:
    # Fifty courses, each in its week and the next: at most every other one can be attended. Those
    # of even weeks cost 1, those of odd ones 2; 25 even ones come to 250 hours at 25.
    offer = [
        course(f"c{week:02}", 10, 1 + week % 2, slots=[f"week {week:02}", f"week {week + 1:02}"])
        for week in range(50)
    ]
    plan = plan_of(at_least=250)
    found = suggest(plan, TEACHERS[:1], Register([]), offer, by=BY, as_of=AS_OF)
    assert chosen(found) == {"t1": [f"c{week:02}" for week in range(0, 50, 2)]}

    found = suggest(plan_of(at_least=251), TEACHERS[:1], Register([]), offer, by=BY, as_of=AS_OF)
    assert [one.code for one in found.shortages] == ["alone"]


@settings(max_examples=60, deadline=None)
@given(
    offer=st.lists(
        st.tuples(
            st.sampled_from([4, 5, 8]),
            st.booleans(),
            st.booleans(),
            st.sampled_from([1, 2, 3, 7]),
            st.sampled_from([None, 1]),
            st.sampled_from([(), ("x",), ("x", "y"), ("y",)]),
        ),
        max_size=5,
    ),
    done=st.lists(st.tuples(st.sampled_from(["t1", "t2"]), st.booleans()), max_size=2),
    owed=st.sampled_from([5, 8, 9, 12]),
)
def test_it_finds_what_trying_everything_finds(
    offer: list[Any], done: list[tuple[str, bool]], owed: int
) -> None:
    parts = [
        {"id": "central", "where": {"central": True}, "at_least": 4},
        {"id": "it", "where": {"it": True}, "at_least": 3},
    ]
    plan = plan_of(at_least=owed, part=parts)
    courses = [
        course(f"c{i}", hours, cost, central=central, facts={"it": it}, places=places, slots=slots)
        for i, (hours, central, it, cost, places, slots) in enumerate(offer)
    ]
    records = [
        Record(id=f"r{i}", kind="training", day=date(2023, 3, 1), bearer=who,
               facts={"hours": 4, "central": central, "it": not central})
        for i, (who, central) in enumerate(done)
    ]  # fmt: skip
    found = suggest(plan, TEACHERS, Register(records), courses, by=BY, as_of=AS_OF)
    served, cost = cheapest(plan, TEACHERS, records, courses)

    short = {who for one in found.shortages for who in one.bearers}
    assert (len(TEACHERS) - len(short), found.cost) == (served, cost)
    assert found.proved
    assert found.bound == cost
    register = Register([*records, *found.records], complete_through=BY)
    during = Period(date(2021, 1, 1), date(2026, 1, 1))
    for verdict in evaluate(plan, TEACHERS, register, as_of=date(2026, 1, 1), during=during):
        assert (verdict.status is Status.MET) == (verdict.bearer_id not in short)
