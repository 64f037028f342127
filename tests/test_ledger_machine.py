"""A ledger against a naive list: whatever is entered, both know the same on every day.

The list keeps what was entered and works everything out anew when it is asked, in the plainest way
there is: it shares no code with the ledger.
"""

from datetime import date, timedelta
from typing import Any

from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from eduplan import InputError, Ledger, Record, Register

FIRST = date(2025, 3, 1)
LINKS = ("link",)
Event = dict[str, Any]
Facts = dict[str, Any]


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


# ---------------------------------------------------------------- the naive list


class Refused(Exception):
    """What is entered cannot be."""


def holds(events: list[Event], index: int) -> bool:
    """Say whether an event holds: no later one that holds revokes it."""
    return not any(
        later["do"] == "revoke" and later["entry"] == index + 1 and holds(events, place)
        for place, later in enumerate(events)
        if place > index
    )


class Known:
    """What a list of events comes to."""

    def __init__(self, events: list[Event]) -> None:
        self.records: dict[str, Facts] = {}
        self.sources: dict[str, set[str]] = {}
        self.disputed: dict[str, set[str]] = {}
        self.into: dict[str, str] = {}
        self.apart: list[set[str]] = []
        self.complete: dict[str, date] = {}
        self.order: dict[str, int] = {}
        for index, event in enumerate(events):
            if event["do"] == "report":
                self.order[event["record"]["id"]] = index
            if holds(events, index):
                getattr(self, event["do"])(event)

    def there(self, name: str) -> bool:
        if name in self.into:
            raise Refused
        return name in self.records

    def report(self, event: Event) -> None:
        name = event["record"]["id"]
        self.records[name] = dict(event["record"])
        self.sources[name] = {event["source"]}
        self.disputed[name] = set()

    def correct(self, event: Event) -> None:
        (name,) = event["about"]
        if self.there(name):
            facts = self.records[name]
            for fact, value in event["changes"].items():
                if value is None:
                    facts.pop(fact, None)
                else:
                    facts[fact] = value
                self.disputed[name].discard(fact)
            if facts.get("last_day", date.max) < facts["day"]:
                raise Refused

    def revoke(self, event: Event) -> None:
        """Do nothing; see `holds`."""

    def merge(self, event: Event) -> None:
        stays = event["about"][0]
        names = [name for name in event["about"] if self.there(name)]
        if stays not in names:
            return
        kept = self.records[stays]
        for name in names:
            if self.records[name]["kind"] != kept["kind"]:
                raise Refused
            bearers = {
                self.records[n]["bearer"] for n in (name, stays) if "bearer" in self.records[n]
            }
            if len(bearers) > 1:
                raise Refused
        fixed = ("id", "kind", "day", "last_day")
        stated: dict[str, list[object]] = {}
        for name in names:
            for fact, value in self.records[name].items():
                if fact not in fixed:
                    stated.setdefault(fact, []).append(value)
        disputed = set().union(*(self.disputed[name] for name in names))
        result = {fact: kept[fact] for fact in fixed if fact in kept}
        for fact, values in stated.items():
            if event["believed"] and fact in kept:
                result[fact] = kept[fact]
                disputed -= {fact}
            elif fact not in disputed and values.count(values[0]) == len(values):
                result[fact] = values[0]
            else:
                disputed |= {fact}
        self.sources[stays] = set().union(*(self.sources[name] for name in names))
        for name in names[1:]:
            self.into[name] = stays
            del self.records[name]
        self.records[stays], self.disputed[stays] = result, disputed

    def keep_apart(self, event: Event) -> None:
        self.apart.append(set(event["about"]))

    def close(self, event: Event) -> None:
        if event["kinds"]:
            for kind in event["kinds"]:
                self.complete[kind] = event["through"]
        else:
            self.complete = {"*": event["through"]}

    def linked(self) -> dict[str, Facts]:
        """Return the records with their links followed into those that are kept."""
        found = {}
        for name, facts in self.records.items():
            found[name] = dict(facts)
            while found[name].get("link") in self.into:
                found[name]["link"] = self.into[found[name]["link"]]
        return found

    def alike(self, rule: Event) -> list[tuple[str, ...]]:
        """Return the events reported several times, by going through all pairs."""
        names = [
            name
            for name, facts in self.records.items()
            if facts["kind"] == rule["kind"] and all(fact in facts for fact in rule["agree"])
        ]
        names.sort(key=lambda name: (self.records[name]["day"], self.order[name]))
        events: list[list[str]] = []
        for name in names:
            for event in events:
                if self.one_event(event, name, rule):
                    event.append(name)
                    break
            else:
                events.append([name])
        trust = {source: place for place, source in enumerate(rule["prefer"])}

        def rank(name: str) -> tuple[int, int]:
            best = min(trust.get(source, len(trust)) for source in self.sources[name])
            return best, self.order[name]

        return [tuple(sorted(event, key=rank)) for event in events if len(event) > 1]

    def one_event(self, event: list[str], name: str, rule: Event) -> bool:
        facts = self.records[name]
        if facts["day"] - self.records[event[0]]["day"] > timedelta(days=rule["days"]):
            return False
        return all(
            all(facts[fact] == self.records[other][fact] for fact in rule["agree"])
            and not (rule["across"] and self.sources[name] & self.sources[other])
            and not any({name, other} <= apart for apart in self.apart)
            for other in event
        )


class NaiveList:
    """Everything that was entered, in a list."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def enter(self, *events: Event) -> None:
        """Add events, or raise `Refused` and add none."""
        longer = list(self.events)
        for event in events:
            self.check(longer, event)
            longer.append(event)
            Known(longer)
        self.events = longer

    def check(self, before: list[Event], event: Event) -> None:
        known = Known(before)
        if event["do"] == "report":
            if event["record"]["id"] in known.order:
                raise Refused
        elif event["do"] == "revoke":
            number = event["entry"]
            if not 1 <= number <= len(before) or not holds(before, number - 1):
                raise Refused
        for name in event.get("about", ()):
            if name not in known.records:
                raise Refused

    def known(self, on: date) -> Known:
        return Known([event for event in self.events if event["entered"] <= on])


# ---------------------------------------------------------------- both side by side

NAMES = "abcd"
IDS = st.sampled_from(list(NAMES))
KINDS = st.sampled_from(["x", "x", "y"])
SOURCES = st.sampled_from(["school", "provider", ""])
DAYS = st.integers(0, 3).map(day)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "hours": st.integers(1, 2),
        "topic": st.sampled_from(["p", "q"]),
        "link": IDS,
        "bearer": st.sampled_from(["t1", "t2"]),
        "last_day": DAYS,
    },
)
CHANGES = st.dictionaries(
    st.sampled_from(["hours", "topic", "link", "bearer", "last_day", "day"]),
    st.integers(0, 2),
    min_size=1,
)
RULES = st.fixed_dictionaries(
    {
        "kind": st.just("x"),
        "agree": st.sampled_from([["bearer"], ["topic"], ["bearer", "topic"]]),
        "days": st.integers(0, 2),
        "across": st.booleans(),
        "prefer": st.sampled_from([[], ["provider"], ["provider", "school"]]),
    }
)
VALUES: dict[str, list[Any]] = {
    "hours": [None, 1, 2],
    "topic": [None, "p", "q"],
    "link": [None, "a", "b"],
    "bearer": [None, "t1", "t2"],
    "last_day": [None, day(0), day(3)],
    "day": [day(0), day(1), day(3)],
}


def facts_of(register: Register) -> dict[str, Facts]:
    found = {}
    for record in register.records:
        assert isinstance(record, Record)
        own = {"id": record.id, "kind": record.kind, "day": record.day}
        own |= {"bearer": record.bearer} if record.bearer else {}
        own |= {"last_day": record.last_day} if record.last_day else {}
        found[record.id] = {**own, **record.facts}
    return found


class Ledgers(RuleBasedStateMachine):
    """A ledger and a naive list into which the same is entered."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger(links=LINKS)
        self.naive = NaiveList()
        self.today = 0
        self.past: dict[int, dict[str, Facts]] = {}

    def both(self, event: Event, enter: Any) -> None:
        """Enter into both; either both take it or both refuse it and stay as they are."""
        event["entered"] = day(self.today)
        before = self.ledger
        try:
            self.naive.enter(event)
        except Refused:
            refused = True
        else:
            refused = False
        try:
            self.ledger = enter()
        except InputError as error:
            note(str(error))
            assert refused, f"only the ledger refuses {event}"
            assert self.ledger == before
        else:
            assert not refused, f"only the list refuses {event}"

    @initialize(several=st.lists(st.tuples(KINDS, DAYS, FACTS, SOURCES), max_size=3))
    def reports_come_in(self, several: list[tuple[str, date, Facts, str]]) -> None:
        for name, (kind, on, facts, source) in zip(NAMES, several, strict=False):
            self.report(name, kind, on, facts, source)

    @rule()
    def a_day_goes_by(self) -> None:
        self.past[self.today] = facts_of(self.ledger.register())
        self.today += 1

    @rule(name=IDS, kind=KINDS, on=DAYS, facts=FACTS, source=SOURCES)
    def comes_late(self, name: str, kind: str, on: date, facts: Facts, source: str) -> None:
        self.report(name, kind, on, facts, source)

    def report(self, name: str, kind: str, on: date, facts: Facts, source: str) -> None:
        if facts.get("last_day", on) < on:
            del facts["last_day"]
        record = {"id": name, "kind": kind, "day": on, **facts}
        event = {"do": "report", "record": record, "source": source}
        today = day(self.today)
        self.both(event, lambda: self.ledger.report([record], entered=today, source=source))

    @rule(name=IDS, picks=CHANGES)
    def correct(self, name: str, picks: dict[str, int]) -> None:
        changes = {fact: VALUES[fact][pick] for fact, pick in picks.items()}
        event = {"do": "correct", "about": [name], "changes": changes}
        today = day(self.today)
        self.both(event, lambda: self.ledger.correct(name, changes, reason="r", entered=today))

    @precondition(lambda self: self.naive.events)
    @rule(back=st.integers(-1, 5))
    def revoke_one_of_the_last(self, back: int) -> None:
        self.revoke(max(len(self.naive.events) - back, 1))

    def revoke(self, number: int) -> None:
        event = {"do": "revoke", "entry": number}
        today = day(self.today)
        self.both(event, lambda: self.ledger.revoke(number, reason="r", entered=today))

    @rule(
        kept=IDS, dropped=st.lists(IDS, min_size=1, max_size=2, unique=True), believed=st.booleans()
    )
    def merge(self, kept: str, dropped: list[str], believed: bool) -> None:
        if kept in dropped:
            return
        event = {"do": "merge", "about": [kept, *dropped], "believed": believed}
        today = day(self.today)
        self.both(
            event,
            lambda: self.ledger.merge(kept, dropped, reason="r", entered=today, believed=believed),
        )

    @rule(names=st.lists(IDS, min_size=2, max_size=3, unique=True))
    def keep_apart(self, names: list[str]) -> None:
        event = {"do": "keep_apart", "about": names}
        today = day(self.today)
        self.both(event, lambda: self.ledger.keep_apart(names, reason="r", entered=today))

    @rule(through=DAYS, kinds=st.sampled_from([[], ["x"], ["x", "y"]]))
    def close(self, through: date, kinds: list[str]) -> None:
        event = {"do": "close", "through": through, "kinds": kinds}
        today = day(self.today)
        self.both(event, lambda: self.ledger.close(through, entered=today, kinds=kinds))

    @rule(rule_=RULES)
    def find_duplicates(self, rule_: Event) -> None:
        expected = self.naive.known(day(self.today)).alike(rule_)
        assert sorted(self.ledger.duplicates(rule_)) == sorted(expected)

    @rule(rule_=RULES)
    def merge_duplicates(self, rule_: Event) -> None:
        known = self.naive.known(day(self.today))
        trust = {source: place for place, source in enumerate(rule_["prefer"])}
        events: list[Event] = []
        for names in known.alike(rule_):
            ranks = [
                min(trust.get(source, len(trust)) for source in known.sources[name])
                for name in names
            ]
            believed = all(ranks[0] < other for other in ranks[1:])
            event = {"do": "merge", "about": list(names), "believed": believed}
            events.append({**event, "entered": day(self.today)})
        try:
            self.naive.enter(*events)
        except Refused:  # they agree in the facts named, yet differ in their bearers
            refused = True
        else:
            refused = False
        try:
            self.ledger = self.ledger.merge_duplicates(rule_, entered=day(self.today))
        except InputError:
            assert refused
        else:
            assert not refused

    @invariant()
    def both_know_the_same_on_every_day(self) -> None:
        for number in range(max(self.today - 1, 0), self.today + 1):
            known = self.naive.known(day(number))
            register = self.ledger.register(as_known_on=day(number))
            assert facts_of(register) == known.linked()
            for kind in ("x", "y"):
                expected = known.complete.get(kind, known.complete.get("*"))
                assert register.complete_through((kind,)) == expected
            disputed = {
                name: tuple(sorted(facts)) for name, facts in known.disputed.items() if facts
            }
            assert self.ledger.disputed(as_known_on=day(number)) == {
                name: facts for name, facts in disputed.items() if name in known.records
            }

    @invariant()
    def the_past_stays_as_it_was(self) -> None:
        for number, facts in self.past.items():
            assert facts_of(self.ledger.register(as_known_on=day(number))) == facts

    @invariant()
    def nothing_is_deleted(self) -> None:
        assert len(self.ledger.entries) == len(self.naive.events)
        assert Ledger(entries=self.ledger.entries, links=LINKS) == self.ledger
        for name in NAMES:
            told = {one.number for one in self.ledger.history(name)}
            about = {
                number
                for number, entry in enumerate(self.ledger.entries, 1)
                if name in entry.records
            }
            assert about <= told


TestLedgers = Ledgers.TestCase
TestLedgers.settings = settings(stateful_step_count=25)
