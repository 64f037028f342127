"""Ledgers: nothing is lost, everything has its day and reason, and the past stays as it was."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import attrs
import pytest

from eduplan import InputError, Ledger, Record, Register, SameEvent, evaluate, plan_from_table
from eduplan.ledger import Closed, Corrected, KeptApart, Merged, Reported, Revoked
from eduplan.messages import LANGUAGES

MARCH = date(2025, 3, 1)


def day(number: int) -> date:
    return MARCH + timedelta(days=number)


def training(name: str, **facts: object) -> dict[str, object]:
    own = {"id": name, "kind": "training", "day": day(0), "bearer": "t1", "course": "maths"}
    return {**own, "hours": 8, **facts}


def facts_of(register: Register) -> dict[str, dict[str, object]]:
    """Return what a register holds, by the ids of the records."""
    found = {}
    for record in register.records:
        assert isinstance(record, Record)
        own = {"kind": record.kind, "day": record.day, "last_day": record.last_day}
        found[record.id] = {**own, "bearer": record.bearer, **record.facts}
    return found


def codes(caught: pytest.ExceptionInfo[InputError]) -> list[tuple[str, str]]:
    for lang in LANGUAGES:
        assert caught.value.message(lang)
    return [(fault.path, fault.code) for fault in caught.value.faults]


# ---------------------------------------------------------------- a registrar's year


@pytest.fixture
def ledger() -> Ledger:
    """Return a ledger in which a school and a provider report one training, each in its way."""
    return (
        Ledger()
        .report([training("s1")], entered=day(10), source="school")
        .report(
            [training("p1", day=day(1), hours=6, certified=True)],
            entered=day(12),
            source="provider",
            evidence=["certificate 118"],
        )
        .close(day(9), entered=day(13), kinds=["training"], source="registrar")
    )


def test_what_is_known_on_a_day_is_what_was_entered_by_then(ledger: Ledger) -> None:
    for known, names in ((9, set()), (10, {"s1"}), (11, {"s1"}), (12, {"s1", "p1"})):
        register = ledger.register(as_known_on=day(known))
        assert set(facts_of(register)) == names
        assert register.complete_through(("training",)) is None
    register = ledger.register()
    assert register.complete_through(("training",)) == day(9)
    assert register.complete_through(("summary",)) is None


def test_a_correction_changes_what_it_names_and_nothing_before_its_day(ledger: Ledger) -> None:
    corrected = ledger.correct(
        "s1",
        {"hours": 7, "course": None, "last_day": day(1)},
        reason="the list of names",
        entered=day(20),
        evidence=["list 4"],
    )
    found = facts_of(corrected.register())["s1"]
    assert found == {
        "kind": "training",
        "day": day(0),
        "last_day": day(1),
        "bearer": "t1",
        "hours": 7,
        "evidence": ("list 4",),
    }
    assert facts_of(corrected.register(as_known_on=day(19))) == facts_of(ledger.register())
    assert facts_of(ledger.register())["s1"]["hours"] == 8, "a ledger is a value"


def test_a_revocation_can_be_revoked(ledger: Ledger) -> None:
    once = ledger.revoke(1, reason="did not take place", entered=day(20))
    twice = once.revoke(4, reason="it did", entered=day(21))

    assert set(facts_of(once.register())) == {"p1"}
    assert facts_of(twice.register()) == facts_of(ledger.register())
    assert set(facts_of(twice.register(as_known_on=day(20)))) == {"p1"}


def test_a_merger_keeps_what_agrees_and_leaves_open_what_does_not(ledger: Ledger) -> None:
    merged = ledger.merge("s1", ["p1"], reason="one training", entered=day(14))

    assert facts_of(merged.register()) == {
        "s1": {
            "kind": "training",
            "day": day(0),
            "last_day": None,
            "bearer": "t1",
            "course": "maths",
            "certified": True,
            "evidence": ("certificate 118",),
        }
    }
    assert merged.disputed() == {"s1": ("hours",)}
    assert merged.disputed(as_known_on=day(13)) == {}

    settled = merged.correct("s1", {"hours": 6}, reason="the certificate", entered=day(15))
    assert facts_of(settled.register())["s1"]["hours"] == 6
    assert settled.disputed() == {}


def test_what_is_disputed_stays_so_when_a_third_report_comes_in(ledger: Ledger) -> None:
    three = (
        ledger.merge("s1", ["p1"], reason="one training", entered=day(14))
        .report([training("c1")], entered=day(15), source="county")
        .merge("s1", ["c1"], reason="one training", entered=day(15))
    )
    assert "hours" not in facts_of(three.register())["s1"]
    assert three.disputed() == {"s1": ("hours",)}


def test_the_report_that_is_believed_settles_what_differs(ledger: Ledger) -> None:
    merged = ledger.merge("p1", ["s1"], reason="one", entered=day(14), believed=True)
    assert facts_of(merged.register())["p1"]["hours"] == 6
    assert merged.disputed() == {}


def test_what_only_one_report_states_holds_whoever_is_believed() -> None:
    bare = {"id": "a", "kind": "training", "day": day(0)}
    ledger = (
        Ledger()
        .report([bare, training("b")], entered=day(10))
        .merge("a", ["b"], reason="one", entered=day(11), believed=True)
    )
    found = facts_of(ledger.register())["a"]
    assert (found["bearer"], found["hours"], found["course"]) == ("t1", 8, "maths")


def test_what_is_believed_settles_what_was_disputed_before(ledger: Ledger) -> None:
    merged = (
        ledger.report([training("c1", hours=7)], entered=day(14), source="county")
        .merge("s1", ["c1"], reason="one", entered=day(14))
        .merge("p1", ["s1"], reason="one", entered=day(14), believed=True)
    )
    assert facts_of(merged.register())["p1"]["hours"] == 6
    assert merged.disputed() == {}


def test_links_follow_a_record_into_the_one_it_was_merged_into() -> None:
    summary = {"id": "z1", "kind": "summary", "day": day(2), "training": "p1", "other": "p1"}
    both = {"id": "z2", "kind": "summary", "day": day(2), "training": ("s1", "p1")}
    reported = Ledger(links=("training",)).report(
        [training("s1"), training("p1"), training("q1"), summary, both], entered=day(10)
    )
    merged = reported.merge("s1", ["p1"], reason="one", entered=day(11)).merge(
        "q1", ["s1"], reason="one", entered=day(12)
    )

    found = facts_of(merged.register())
    assert found["z1"]["training"] == "q1"
    assert found["z1"]["other"] == "p1", "only the facts named hold ids"
    assert found["z2"]["training"] == ("q1", "q1")
    assert facts_of(merged.register(as_known_on=day(11)))["z1"]["training"] == "s1"
    assert facts_of(merged.register(as_known_on=day(10)))["z1"]["training"] == "p1"


def test_a_later_declaration_of_completeness_takes_the_place_of_earlier_ones(
    ledger: Ledger,
) -> None:
    all_of_it = ledger.close(day(5), entered=day(30))
    register = all_of_it.register()
    assert register.complete_through(("training",)) == day(5)
    assert register.complete_through(("summary",)) == day(5)

    again = all_of_it.revoke(4, reason="too early", entered=day(31)).register()
    assert again.complete_through(("training",)) == day(9)
    assert again.complete_through(("summary",)) is None


# ---------------------------------------------------------------- duplicates

RULE = SameEvent(kind="training", agree=["bearer", "course"], days=2, prefer=["provider"])


def test_an_event_reported_by_two_is_found_and_the_trusted_report_kept(ledger: Ledger) -> None:
    assert ledger.duplicates(RULE) == (("p1", "s1"),)
    assert ledger.duplicates(RULE, as_known_on=day(11)) == ()
    merged = ledger.merge_duplicates(RULE, entered=day(14), lang="en")

    assert facts_of(merged.register())["p1"]["hours"] == 6
    assert merged.duplicates(RULE) == ()
    (entry,) = merged.entries[3:]
    assert isinstance(entry, Merged)
    assert entry.reason == "bearer, course agree, and the days lie at most 2 apart"


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({}, True),
        ({"day": day(2)}, True),
        ({"day": day(3)}, False),
        ({"course": "music"}, False),
        ({"bearer": "t2"}, False),
        ({"kind": "meeting"}, False),
        ({"course": None}, False),
    ],
)
def test_only_what_agrees_and_lies_near_is_one_event(change: Any, found: bool) -> None:
    second = {name: value for name, value in {**training("p1"), **change}.items() if value}
    ledger = (
        Ledger()
        .report([training("s1")], entered=day(10), source="school")
        .report([second], entered=day(10), source="provider")
    )
    assert bool(ledger.duplicates(RULE)) is found


def test_two_reports_of_one_source_are_two_events_unless_said_otherwise() -> None:
    ledger = Ledger().report([training("s1"), training("s2")], entered=day(10), source="school")
    assert ledger.duplicates(RULE) == ()
    assert ledger.duplicates(attrs.evolve(RULE, across=False)) == (("s1", "s2"),)


def test_of_two_equally_trusted_neither_is_believed() -> None:
    ledger = (
        Ledger()
        .report([training("s1")], entered=day(10), source="school")
        .report([training("c1", hours=7)], entered=day(10), source="county")
        .merge_duplicates(RULE, entered=day(11))
    )
    assert ledger.disputed() == {"s1": ("hours",)}


def test_a_report_joins_the_event_that_was_reported_first() -> None:
    ledger = (
        Ledger()
        .report([training("z"), training("s")], entered=day(10), source="school")
        .report([training("a")], entered=day(10), source="county")
    )
    assert ledger.duplicates(RULE) == (("z", "a"),)


def test_days_are_counted_from_the_first_of_an_event_so_that_a_series_is_no_event() -> None:
    ledger = Ledger()
    for number in range(4):
        record = training(f"r{number}", day=day(2 * number))
        ledger = ledger.report([record], entered=day(10), source=f"source-{number}")
    assert ledger.duplicates(RULE) == (("r0", "r1"), ("r2", "r3"))


@pytest.mark.parametrize(("source", "found"), [("school", 0), ("provider", 0), ("county", 1)])
def test_a_merged_record_has_the_sources_of_all_its_reports(
    ledger: Ledger, source: str, found: int
) -> None:
    merged = ledger.merge_duplicates(RULE, entered=day(14))
    again = merged.report([training("x1")], entered=day(15), source=source)
    assert len(again.duplicates(RULE)) == found


def test_records_kept_apart_are_not_found_again(ledger: Ledger) -> None:
    apart = ledger.keep_apart(["p1", "s1"], reason="two sessions", entered=day(14))
    assert apart.duplicates(RULE) == ()
    revoked = apart.revoke(4, reason="one after all", entered=day(15))
    assert revoked.duplicates(RULE) == (("p1", "s1"),)


def test_the_signs_are_data() -> None:
    table = {"kind": "training", "agree": ["bearer", "course"], "days": 2, "prefer": ["provider"]}
    assert Ledger().duplicates(table) == ()
    with pytest.raises(InputError) as caught:
        Ledger().duplicates({"kinds": "training", "days": -1})
    assert codes(caught) == [
        ("kinds", "unknown-key-near"),
        ("kind", "missing-key"),
        ("days", "negative"),
    ]


# ---------------------------------------------------------------- the trail

PLAN = plan_from_table(
    {
        "plan": {"id": "town", "title": {"zh": "例", "en": "Example"}},
        "document": {"title": {"zh": "例", "en": "Example"}},
        "clause": [{"number": "1", "gist": {"zh": "例", "en": "Example"}}],
        "quota": [
            {
                "id": "hours",
                "clause": "1",
                "title": {"zh": "学时", "en": "Hours"},
                "measure": {"sum": "hours", "of": "training"},
                "every": "school-year",
                "at_least": 14,
            }
        ],
    }
)


def test_the_trail_tells_what_a_verdict_rested_on_when_it_was_given(ledger: Ledger) -> None:
    later = ledger.merge("s1", ["p1"], reason="one training", entered=day(40)).correct(
        "s1", {"hours": 6}, reason="the certificate", entered=day(41), evidence=["scan 7"]
    )

    def verdict(known: int) -> Any:
        register = later.register(as_known_on=day(known))
        (found,) = evaluate(PLAN, [{"id": "t1"}], register, as_of=day(10))
        return found

    assert (verdict(20).status, verdict(20).value) == ("MET", 14)
    assert verdict(41).value == 6

    first, second = later.basis(verdict(20).justification.counted, as_known_on=day(20))
    assert (first.record, second.record) == ("s1", "p1")
    assert [one.number for one in first.known] == [1]
    assert [one.number for one in first.since] == [2, 4, 5]
    assert [one.number for one in second.known] == [2]
    assert [one.number for one in second.since] == [4]
    assert [one.tell("en") for one in first.since] == [
        "Entry 2, 13 March 2025, provider: reported p1, training of 2 March 2025 (evidence: certificate 118)",
        "Entry 4, 10 April 2025: merged p1 into s1 as one event; because: one training",
        "Entry 5, 11 April 2025: corrected s1: hours is 6; because: the certificate (evidence: scan 7)",
    ]
    assert [one.tell("zh") for one in first.since][1:] == [
        "第4条，2025年4月10日：p1并入s1，为同一件事；理由：one training",
        "第5条，2025年4月11日：更正 s1：学时改为6；理由：the certificate（依据：scan 7）",
    ]


def test_a_history_tells_what_no_longer_holds(ledger: Ledger) -> None:
    revoked = ledger.revoke(1, reason="did not take place", entered=day(50))
    told = [one.tell("en") for one in revoked.history("s1")]
    assert told == [
        "Entry 1, 11 March 2025, school: reported s1, training of 1 March 2025 [revoked]",
        "Entry 4, 20 April 2025: revoked entry 1; because: did not take place",
    ]
    assert [one.holds for one in revoked.history("s1", as_known_on=day(49))] == [True]
    assert [one.number for one in revoked.history()] == [1, 2, 3, 4]


def test_every_kind_of_entry_is_told_in_both_languages(ledger: Ledger) -> None:
    all_of_them = (
        ledger.keep_apart(["s1", "p1"], reason="two", entered=day(20))
        .close(day(20), entered=day(21))
        .revoke(4, reason="one", entered=day(22))
        .merge("s1", ["p1"], reason="one", entered=day(23))
        .correct(
            "s1",
            {"away": True, "level": "city", "day": day(1), "hours": None, "of": ["a", "b"]},
            reason="so",
            entered=day(24),
        )
    )
    for lang in LANGUAGES:
        told = [one.tell(lang) for one in all_of_them.history()]
        assert len(set(told)) == 8
        assert not any("{" in line for line in told)
    assert (
        all_of_them.history()[-1].tell("en")
        == "Entry 8, 25 March 2025: corrected s1: being away is yes, level is city, "
        "day is 2 March 2025, hours is not known, of is a, b; because: so"
    )


# ---------------------------------------------------------------- what cannot be entered

Enter = Callable[[Ledger], Ledger]


@pytest.mark.parametrize(
    ("enter", "path", "code"),
    [
        (lambda it: it.report([training("s1")], entered=day(20)), "entries[3].record.id", "ledger-same-id"),
        (lambda it: it.report([training("x")], entered=day(5)), "entries[3].entered", "ledger-order"),
        (lambda it: it.report([{"id": "x"}], entered=day(20)), "records[0].record.kind", "missing-key"),
        (lambda it: it.correct("x", {"hours": 1}, reason="r", entered=day(20)), "entries[3].of", "ledger-no-record"),
        (lambda it: it.correct("s1", {}, reason="r", entered=day(20)), "changes", "ledger-no-change"),
        (lambda it: it.correct("s1", {"hours": 1}, reason=" ", entered=day(20)), "reason", "empty-text"),
        (lambda it: it.correct("s1", {"id": "x"}, reason="r", entered=day(20)), "changes.id", "ledger-id-fixed"),
        (lambda it: it.correct("s1", {"day": None}, reason="r", entered=day(20)), "entries[3].day", "ledger-needed"),
        (lambda it: it.correct("s1", {"last_day": day(-1)}, reason="r", entered=day(20)), "entries[3].last_day", "last-day-first"),
        (lambda it: it.correct("s1", {"kind": "A b"}, reason="r", entered=day(20)), "entries[3].kind", "not-a-name"),
        (lambda it: it.revoke(4, reason="r", entered=day(20)), "entries[3].entry", "ledger-no-entry"),
        (lambda it: it.revoke(0, reason="r", entered=day(20)), "entry", "not-positive"),
        (lambda it: it.revoke(1, reason="r", entered=day(20)).revoke(1, reason="r", entered=day(20)), "entries[4].entry", "ledger-entry-revoked"),
        (lambda it: it.revoke(1, reason="r", entered=day(20)).correct("s1", {"hours": 1}, reason="r", entered=day(20)), "entries[4].of", "ledger-record-revoked"),
        (lambda it: it.merge("s1", ["p1"], reason="r", entered=day(20)).correct("p1", {"hours": 1}, reason="r", entered=day(20)), "entries[4].of", "ledger-record-merged"),
        (lambda it: it.merge("s1", [], reason="r", entered=day(20)), "dropped", "ledger-two-records"),
        (lambda it: it.merge("s1", ["s1"], reason="r", entered=day(20)), "dropped", "ledger-two-records"),
        (lambda it: it.correct("p1", {"bearer": "t2"}, reason="r", entered=day(20)).merge("s1", ["p1"], reason="r", entered=day(20)), "entries[4].dropped", "ledger-differs"),
        (lambda it: it.keep_apart(["s1"], reason="r", entered=day(20)), "of", "ledger-two-records"),
        (lambda it: it.close("soon", entered=day(20)), "through", "not-a-date"),
        (lambda it: it.enter("s1"), "entries[3]", "ledger-not-an-entry"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_told(
    ledger: Ledger, enter: Enter, path: str, code: str
) -> None:
    before = ledger.entries
    with pytest.raises(InputError) as caught:
        enter(ledger)
    assert (path, code) in codes(caught)
    assert ledger.entries == before


def test_a_merger_rests_on_what_makes_its_records_alike(ledger: Ledger) -> None:
    merged = (
        ledger.correct("p1", {"bearer": "t2"}, reason="r", entered=day(20))
        .correct("s1", {"bearer": "t2"}, reason="r", entered=day(20))
        .merge("s1", ["p1"], reason="r", entered=day(20))
    )
    with pytest.raises(InputError) as caught:
        merged.revoke(4, reason="r", entered=day(21))
    assert codes(caught) == [("entries[6].entry", "ledger-rests-on-it")]


def test_a_merger_does_not_come_back_over_what_was_entered_since(ledger: Ledger) -> None:
    separate = (
        ledger.merge("s1", ["p1"], reason="r", entered=day(20))
        .revoke(4, reason="two after all", entered=day(21))
        .correct("p1", {"hours": 5}, reason="r", entered=day(22))
    )
    with pytest.raises(InputError) as caught:
        separate.revoke(5, reason="r", entered=day(23))
    assert codes(caught) == [("entries[6].entry", "ledger-rests-on-it")]


def test_an_entry_on_which_another_rests_is_not_revoked() -> None:
    first = Ledger().report([training("a", last_day=day(1))], entered=day(10))
    rests = first.correct("a", {"last_day": day(5)}, reason="r", entered=day(11)).correct(
        "a", {"day": day(3)}, reason="r", entered=day(12)
    )
    with pytest.raises(InputError) as caught:
        rests.revoke(2, reason="r", entered=day(13))
    assert codes(caught) == [("entries[3].entry", "ledger-rests-on-it")]
    assert "revoke entry 3 first" in str(caught.value)


def test_entries_may_be_given_all_at_once() -> None:
    entries = (
        Reported(record=training("a"), entered=day(1)),
        Reported(record=Record(id="b", kind="training", day=day(0)), entered=day(1)),
        Corrected(of="a", changes={"hours": 1}, reason="r", entered=day(2)),
        KeptApart(of=["a", "b"], reason="r", entered=day(2)),
        Revoked(entry=3, reason="r", entered=day(3)),
        Closed(through=day(0), entered=day(3)),
    )
    ledger = Ledger(entries=entries)
    assert ledger == Ledger().enter(*entries)
    assert facts_of(ledger.register())["a"]["hours"] == 8
    assert "t1" not in repr(ledger), "no bearer is named"
