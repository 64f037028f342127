"""The reference judgement of a schedule: what was due, what took place, and how the two match."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from typing import NamedTuple

from eduplan.dates import DAY, Period
from eduplan.errors import Missing, NotKnown
from eduplan.facts import Getter, Truth
from eduplan.measures import LeftOut
from eduplan.messages import LANGUAGES, Language, Text, say, show_day
from eduplan.provisions.benches import Docket, SettledBench, cited
from eduplan.provisions.occasions import days_due
from eduplan.provisions.population import together
from eduplan.provisions.provision import Setting, Subject
from eduplan.provisions.quota import TIMES
from eduplan.provisions.schedule import Late, Schedule
from eduplan.provisions.service import serves
from eduplan.provisions.serving import Candidate, Due, How, Served, Waiver, serve
from eduplan.records import Entry, mark
from eduplan.selectors import Matcher
from eduplan.tables import Scalar
from eduplan.verdicts import Justification, Point, Status, Told, Verdict
from eduplan.verdicts.telling import tell_days, tell_points, tell_records, tell_undecided

Cell = tuple[Scalar, ...]
_NOTHING = Text("", "")


class Judged(NamedTuple):
    """An occurrence of one cell with what was found of it."""

    due: Due
    cell: Cell
    served: Served
    point: Point


class ScheduleBench(SettledBench):
    """A schedule made ready to judge many bearers."""

    def __init__(self, rule: Schedule, setting: Setting) -> None:
        citation = cited(
            rule,
            setting,
            tell_schedule,
            unit=TIMES,
            every=rule.verdicts_every,
            terms={"late": rule.late.value},
        )
        super().__init__(rule, setting, citation)
        self.rule = rule
        self._where = Matcher(rule.what.where, setting.scales)
        self._occasions = [Matcher(one.where, setting.scales) for one in rule.occasion]
        self._titles = [one.title for one in rule.occasion]
        self._without = [Matcher(selector, setting.scales) for selector in rule.without]
        self._windows = [one.window for one in rule.occasion] or [rule.window]
        self._waives = (
            Matcher(rule.waived_by.where, setting.scales) if rule.waived_by is not None else None
        )
        waiving = rule.waived_by.kind if rule.waived_by is not None else ()
        self._kinds = (*rule.what.kind, *waiving)
        self._grace = timedelta(days=rule.grace)
        self._counts = rule.late is Late.COUNTS
        self._names: dict[tuple[int, Cell], Text] = {}

    def decide(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return one verdict for every reporting period asked about that has begun."""
        begun = docket.periods(self.rule.verdicts_every, subject)
        if not begun:
            return (self.excuse(subject, docket, "no-period"),)
        rhythm, owners = self._rhythm(begun, subject, docket)
        due = [one for period in rhythm for one in self._due(period, subject.get, docket)]
        cells = self._cells(subject.get)
        entries = [
            entry
            for entry in docket.register.of(subject.id, self.rule.what.kind, self.rule.what.by)
            if entry.day <= docket.as_of
        ]
        candidates = self._candidates(entries, cells, subject.get)
        waivers = self._waivers(subject, docket)
        judged = [
            one
            for cell in cells
            for one in self._judge_cell(
                due, cell, candidates.get(cell, ()), self._of_cell(waivers, cell), docket
            )
        ]
        judged.sort(key=lambda one: (one.due.window or one.due.period, one.due.place))
        counted = frozenset(
            one.served.entry.id
            for one in judged
            if one.served.entry is not None and self._worth(one.served) is Status.MET
        )
        occurrences: defaultdict[Period | None, list[Judged]] = defaultdict(list)
        for one in judged:
            occurrences[owners.get(one.due.period)].append(one)
        own: defaultdict[Period | None, list[Period]] = defaultdict(list)
        for period in rhythm:
            own[owners.get(period)].append(period)
        return tuple(
            self._verdict(
                period, occurrences[period], own[period], entries, counted, subject, docket
            )
            for period in begun
        )

    def _rhythm(
        self, begun: tuple[Period, ...], subject: Subject, docket: Docket
    ) -> tuple[tuple[Period, ...], Mapping[Period, Period]]:
        """Return the periods of the rhythm, and the reporting period in which each is judged.

        Periods just before and after are taken along, for what is late may lie in the next: so a
        verdict does not depend on the days asked about.
        """
        end = min(begun[-1].end, docket.as_of + DAY)
        window = Period(begun[0].start, end)
        margin = self._grace if self.rule.report is None else max(self._grace, timedelta(days=31))
        wide = Period(window.start - margin, min(end + self._grace, docket.as_of + DAY))
        try:
            rhythm = docket.periods(self.rule.every, subject, wide)
            reports = docket.periods(self.rule.verdicts_every, subject, wide)
        except NotKnown:
            rhythm = docket.periods(self.rule.every, subject, window)
            reports = begun
        if self.rule.report is None:
            return rhythm, {period: period for period in rhythm}
        owners = {
            period: report
            for period in rhythm
            if (report := next((one for one in reports if one.overlaps(period)), None)) is not None
        }
        return rhythm, owners

    def _due(self, period: Period, get: Getter, docket: Docket) -> Iterable[Due]:
        """Return the occurrences of a period, none where it is out of force or dropped."""
        if self.out_of_force(period) is not None:
            return
        for place, window in enumerate(self._windows):
            try:
                days = days_due(window, period, lambda: docket.school(get))
            except NotKnown as unknown:
                due = Due(period, place, None, (unknown.missing,))
            else:
                if days is None:
                    continue
                owed = serves(days, get, self.rule.partial)
                if owed is False:
                    continue
                missing = (Missing("partial-policy"),) if owed is None else ()
                due = Due(period, place, days, missing)
            yield from (due,) * self.rule.times

    def _cells(self, get: Getter) -> list[Cell]:
        """Return every combination of values for which something is due."""
        values = []
        fields = [dimension.field for dimension in self.rule.for_each.dimensions]
        for dimension in self.rule.for_each.dimensions:
            found = get(dimension.fact) if dimension.fact else dimension.values
            if found is None:
                raise NotKnown("bearer-fact", field=dimension.fact)
            several = found if isinstance(found, tuple) else (found,)
            values.append(tuple(dict.fromkeys(several)))
        cells = list(product(*values))
        if not self._without:
            return cells
        facts = [dict(zip(fields, cell, strict=True)).get for cell in cells]
        return [
            cell
            for cell, get_fact in zip(cells, facts, strict=True)
            if not any(matcher(get_fact, get) for matcher in self._without)
        ]

    def _candidates(
        self, entries: Sequence[Entry], cells: Sequence[Cell], get: Getter
    ) -> Mapping[Cell, Sequence[Candidate]]:
        """Return by cell the records that may be for it, in the order of their days."""
        found: dict[Cell, list[Candidate]] = {cell: [] for cell in cells}
        fields = [dimension.field for dimension in self.rule.for_each.dimensions]
        known = [dict.fromkeys(values) for values in zip(*cells, strict=True)]
        for entry in entries:
            truths, field = self._truths(entry, get)
            if not any(truth is not False for truth in truths):
                continue
            stated = [entry.get(name) for name in fields]
            absent = [name for name, value in zip(fields, stated, strict=True) if value is None]
            if absent:
                truths = tuple(None if truth else truth for truth in truths)
                field = field or absent[0]
            choices = [
                values if value is None else value if isinstance(value, tuple) else (value,)
                for value, values in zip(stated, known, strict=False)
            ]
            for cell in product(*choices):
                if cell in found:
                    found[cell].append(Candidate(entry, truths, field))
        return found

    def _truths(self, entry: Entry, get: Getter) -> tuple[tuple[Truth, ...], str]:
        """Return whether a record is for each occasion, and the fact in doubt where one is."""
        matchers = self._occasions or [self._where]
        truths = []
        field = ""
        base = self._where(entry.get, get)
        for matcher in matchers:
            own = matcher(entry.get, get)
            truth = False if False in (base, own) else None if None in (base, own) else True
            truths.append(truth)
            if truth is None and not field:
                field = (self._where if base is None else matcher).blame(entry.get, get)
        return tuple(truths), field

    def _waivers(self, subject: Subject, docket: Docket) -> Sequence[Waiver]:
        rule, waives = self.rule.waived_by, self._waives
        if rule is None or waives is None:
            return ()
        found = []
        for entry in docket.register.of(subject.id, rule.kind, rule.by):
            truth = waives(entry.get, subject.get)
            if entry.day <= docket.as_of and truth is not False:
                field = waives.blame(entry.get, subject.get) if truth is None else ""
                found.append(Waiver(entry, entry.last, truth is True, field))
        return found

    def _of_cell(self, waivers: Sequence[Waiver], cell: Cell) -> Sequence[Waiver]:
        """Return the waivers for a cell: those that name it, and those that name none."""
        if not waivers:
            return waivers
        wanted = list(zip(self.rule.for_each.dimensions, cell, strict=True))
        return [
            waiver
            for waiver in waivers
            if all(_names(waiver.entry.get(one.field), value) for one, value in wanted)
        ]

    def _judge_cell(
        self,
        due: Sequence[Due],
        cell: Cell,
        candidates: Sequence[Candidate],
        waivers: Sequence[Waiver],
        docket: Docket,
    ) -> Iterable[Judged]:
        """Judge the occurrences of a cell; what is doubtful is tried both ways."""
        sure = [one for one in candidates if True in one.truths]
        certain = [one for one in waivers if one.sure]
        worst = serve(due, sure, certain, self._grace, doubts=False)
        fields = [*(one.field for one in candidates), *(one.field for one in waivers)]
        fields = [field for field in fields if field]
        best = serve(due, candidates, waivers, self._grace, doubts=True) if fields else worst
        for one, low, high in zip(due, worst, best, strict=True):
            point = self._point(one, cell, low, high, fields[0] if fields else "", docket)
            yield Judged(one, cell, low, point)

    def _point(
        self, due: Due, cell: Cell, low: Served, high: Served, field: str, docket: Docket
    ) -> Point:
        """Judge one occurrence by what it has with every doubt against it and in its favour."""
        window = due.window
        last = window.last + (self._grace if self._counts else timedelta()) if window else None
        status, missing = Status.UNDETERMINED, due.missing
        if window is not None and last is not None and not missing:
            if self._worth(low) is not self._worth(high):
                missing = (Missing("record-fact", {"field": field, "count": 1}),)
            elif (worth := self._worth(low)) is not None:
                status = worth
            else:
                status, missing = self._unserved(window, last, docket)
        how = low.how.value if low.how is not How.NONE else _WORDS[status]
        facts: dict[str, object] = {
            "of": self._name(due.place, cell),
            "when": window or due.period,
        }
        if low.entry is not None:
            facts["day"] = low.entry.day
        counted = (low.entry.record,) if low.entry is not None else ()
        code = f"schedule-{how}"
        return Point(code, status, facts, due=last, counted=counted, missing=missing)

    def _worth(self, served: Served) -> Status | None:
        """Return the status of an occurrence by itself, None where it was not held."""
        if served.how is How.LATE:
            return Status.MET if self._counts else None
        return _WORTH[served.how]

    def _unserved(
        self, window: Period, last: date, docket: Docket
    ) -> tuple[Status, tuple[Missing, ...]]:
        closed = docket.as_of > last
        needed = last if closed else docket.as_of - DAY
        gap = docket.register.complete(self._kinds, needed) if needed >= window.start else None
        if gap is not None:
            return Status.UNDETERMINED, (gap,)
        return (Status.NOT_MET if closed else Status.PENDING), ()

    def _verdict(
        self,
        period: Period,
        judged: Sequence[Judged],
        rhythm: Sequence[Period],
        entries: Sequence[Entry],
        elsewhere: frozenset[str],
        subject: Subject,
        docket: Docket,
    ) -> Verdict:
        points = tuple(one.point for one in judged)
        owed = [point for point in points if point.status is not Status.NOT_APPLICABLE]
        more = self._more(period, subject, docket)
        if not owed and not more:
            return self.excuse(subject, docket, *self._nothing(points, rhythm, subject.get), period)
        status = together([*(point.status for point in owed), *((Status.PENDING,) if more else ())])
        pending = [point.due for point in owed if point.status is Status.PENDING and point.due]
        days = [point.due for point in owed if point.due]
        last = min(pending, default=None) or (period.last if more else max(days, default=None))
        missing: list[Missing] = []
        if status is Status.UNDETERMINED:
            for one in (one for point in owed for one in point.missing):
                if one not in missing:
                    missing.append(one)
        counted, left_out = self._evidence(period, judged, entries, elsewhere, subject)
        return Verdict(
            citation=self.citation,
            bearer=subject.thing,
            bearer_id=subject.id,
            period=period,
            status=status,
            as_of=docket.as_of,
            value=len([point for point in owed if point.status is Status.MET]),
            required=len(owed),
            opens=period.start,
            due=last,
            missing=tuple(missing),
            justification=Justification(counted=counted, left_out=left_out, points=points),
        )

    def _more(self, period: Period, subject: Subject, docket: Docket) -> bool:
        """Say whether more becomes due in a reporting period than has begun by now."""
        ahead = docket.as_of + DAY
        if self.rule.report is None or ahead >= period.end:
            return False
        try:
            coming = docket.periods(self.rule.every, subject, Period(ahead, period.end))
        except NotKnown:
            return True
        return any(one.start >= ahead for one in coming)

    def _nothing(
        self, points: Sequence[Point], rhythm: Sequence[Period], get: Getter
    ) -> tuple[str, date | None]:
        """Return why nothing is owed in a reporting period."""
        if points:
            return "waived", None
        reasons = [reason for one in rhythm if (reason := self.out_of_force(one)) is not None]
        if reasons:
            return reasons[0]
        return ("not-in-service" if self._absent(rhythm, get) else "no-occurrence"), None

    def _absent(self, rhythm: Sequence[Period], get: Getter) -> bool:
        return bool(rhythm) and all(serves(one, get, self.rule.partial) is False for one in rhythm)

    def _evidence(
        self,
        period: Period,
        judged: Sequence[Judged],
        entries: Sequence[Entry],
        elsewhere: frozenset[str],
        subject: Subject,
    ) -> tuple[tuple[object, ...], tuple[LeftOut, ...]]:
        """Return the records that count, and those of the period that do not with the reason.

        Args:
            period: the reporting period.
            judged: its occurrences.
            entries: all records of what takes place.
            elsewhere: ids of the records that count for an occurrence of any period.
            subject: the bearer.
        """
        served = [one.served for one in judged]
        held = [one for one in served if self._worth(one) is Status.MET]
        counted = {one.entry.id: one.entry for one in held if one.entry is not None}
        late = {
            one.entry.id: one.entry
            for one in served
            if one.how is How.LATE and one.entry is not None and one.entry.id not in counted
        }
        groups: dict[tuple[str, str], list[object]] = {}
        if late:
            groups["late", ""] = [late[key].record for key in sorted(late)]
        first, last = (bisect_left(entries, (mark(day),)) for day in (period.start, period.end))
        for entry in entries[first:last]:
            if entry.id not in elsewhere and entry.id not in late:
                groups.setdefault(self._reason(entry, subject.get), []).append(entry.record)
        left_out = tuple(
            LeftOut(reason, field, tuple(several)) for (reason, field), several in groups.items()
        )
        return tuple(entry.record for entry in sorted(counted.values())), left_out

    def _reason(self, entry: Entry, get: Getter) -> tuple[str, str]:
        """Return why a record that serves no occurrence does not, with the fact to blame."""
        truths, field = self._truths(entry, get)
        absent = [
            one.field for one in self.rule.for_each.dimensions if entry.get(one.field) is None
        ]
        if True in truths or (None in truths and absent):
            return ("unknown", absent[0]) if absent else ("surplus", "")
        if None in truths:
            return "unknown", field
        blamed = self._where.blame(entry.get, get) or self._occasions[0].blame(entry.get, get)
        return "differs", blamed

    def _name(self, place: int, cell: Cell) -> Text:
        """Return what people call an occurrence: its occasion and the values of its cell."""
        title = self._titles[place] if self._titles else None
        if title is None and not cell:
            return _NOTHING
        found = self._names.get((place, cell))
        if found is None:
            head = () if title is None else (title,)
            told = {
                lang: (*head, *(self._value(number, one, lang) for number, one in enumerate(cell)))
                for lang in LANGUAGES
            }
            found = self._names[place, cell] = Text(
                **{lang: say("explain.schedule.of", lang, parts=told[lang]) for lang in LANGUAGES}
            )
        return found

    def _value(self, number: int, value: Scalar, lang: Language) -> str:
        """Return what people call a value; a bare number with what it is the number of."""
        named = self.citation.named(value, lang)
        if isinstance(value, str):
            return str(named)
        field = self.citation.label(self.rule.for_each.dimensions[number].field, lang)
        return say("explain.schedule.value", lang, field=field, value=named)


_WORTH: Mapping[How, Status | None] = {
    How.HELD: Status.MET,
    How.WAIVED: Status.NOT_APPLICABLE,
    How.NONE: None,
}
_WORDS: Mapping[Status, str] = {
    Status.NOT_MET: "missed",
    Status.PENDING: "open",
    Status.UNDETERMINED: "unknown",
}


def _names(stated: object, value: Scalar) -> bool:
    if isinstance(stated, tuple):
        return value in stated
    return stated is None or stated == value


def tell_schedule(verdict: Verdict, lang: Language) -> Told:
    """Tell how often something was held of what was due, and what became of the rest."""
    found = verdict.justification
    if verdict.status is Status.NOT_APPLICABLE or verdict.value is None:
        return Told(tell_undecided(verdict, lang))
    late = [point for point in found.points if point.code == "schedule-late"]
    waived = [point for point in found.points if point.code == "schedule-waived"]
    rule = verdict.citation.terms["late"]
    facts = {
        "value": verdict.value,
        "required": verdict.required,
        "shortfall": verdict.shortfall,
        "period": verdict.period_label(lang),
        "due": show_day(verdict.due, lang) if verdict.due else "",
        "days": tell_days(verdict.days_left or 0, lang),
        "late": say(f"explain.schedule.late-{rule}", lang, count=len(late)) if late else "",
        "waived": say("explain.schedule.waived", lang, count=len(waived)) if waived else "",
    }
    body = say(f"explain.schedule.{verdict.status}", lang, **facts)
    if verdict.status is Status.UNDETERMINED:
        body = tell_undecided(verdict, lang) + body
    plain = len(found.points) == 1 and not (late or waived)
    rest = [point for point in found.points if point.status is not Status.MET and not plain]
    return Told(body, tell_records(verdict, lang) + tell_points(verdict, lang, rest))
