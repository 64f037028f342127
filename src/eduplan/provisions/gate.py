"""The form that says who, or what, is admitted only if a condition holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import attrs

from eduplan.dates import DAY, Period
from eduplan.errors import FaultList, Missing
from eduplan.messages import Language, say, show_day
from eduplan.provisions.benches import Docket, SettledBench, cited
from eduplan.provisions.consequence import Consequence, Effect
from eduplan.provisions.happening import Happening, as_optional_happening
from eduplan.provisions.provision import Provision, Setting, Subject
from eduplan.provisions.requirements import NotBarred, RecordIs, Requirement, as_requirement, leaves
from eduplan.provisions.weighing import Application, decisive, weigher
from eduplan.records import Entry
from eduplan.selectors import Matcher, Scales, Selector
from eduplan.verdicts import Point, Status, Told, Verdict
from eduplan.verdicts.telling import tell_points, tell_undecided
from eduplan.verdicts.verdict import Draft, declare, justified


@attrs.frozen(kw_only=True)
class Gate(Provision):
    """A person, a school or an act is admitted only if a condition holds.

    Args:
        admits: what is required.
        over: the acts that are judged, each as of its own day; without it the bearer itself is,
            as of the day of judgement.

    Raises:
        InputError: a requirement on acts where none are judged.

    >>> gate = Gate(id="entry", clause="一", title={"zh": "准入", "en": "Entry"},
    ...             admits={"elapsed": "5 years", "since": "teaching_since"})
    >>> gate.admits.elapsed.months
    60
    """

    form: ClassVar[str] = "gate"

    admits: Requirement = attrs.field(converter=as_requirement)
    over: Happening | None = attrs.field(default=None, converter=as_optional_happening)

    def __attrs_post_init__(self) -> None:
        faults = FaultList()
        for path, leaf in leaves(self.admits):
            if isinstance(leaf, RecordIs) and self.over is None:
                faults.add("record-without-acts", f"admits.{path}.record" if path else "admits")
        faults.raise_any()

    @property
    def by_record(self) -> bool:
        """Every verdict is on an act, where acts are judged."""
        return self.over is not None

    @property
    def by_day(self) -> bool:
        """A bearer is admitted, or not, on the day of judgement."""
        return self.over is None

    def refers(self) -> tuple[str, ...]:
        """Return the ids of the provisions whose verdicts it rests on."""
        return tuple(name for _, leaf in leaves(self.admits) for name in leaf.refers())

    def faults_among(self, others: Mapping[str, Provision], faults: FaultList) -> None:
        """Note a bar that is none."""
        for path, leaf in leaves(self.admits):
            other = others.get(leaf.bar) if isinstance(leaf, NotBarred) else None
            if other is not None and not (
                isinstance(other, Consequence) and other.effect is Effect.BAR
            ):
                faults.add("not-a-bar", f"admits.{path}.bar" if path else "admits.bar")

    def faults(self, scales: Scales, faults: FaultList) -> None:
        """Note what does not fit the scales of the plan."""
        super().faults(scales, faults)
        if self.over is not None:
            with faults.below("over") as found:
                self.over.faults(scales, found)
        for path, leaf in leaves(self.admits):
            with faults.below(f"admits.{path}" if path else "admits") as found:
                leaf.faults(scales, found)


class GateBench(SettledBench):
    """A gate made ready to judge many bearers."""

    def __init__(self, gate: Gate, setting: Setting) -> None:
        citation = cited(
            gate,
            setting,
            tell_gate,
            terms={"act": gate.over.kind[0]} if gate.over is not None else {},
        )
        super().__init__(gate, setting, citation)
        self.gate = gate
        self._limited = gate.since is not None or gate.until is not None
        self._weigh = weigher(gate.admits, setting, citation)
        self._acts = Matcher(
            gate.over.where if gate.over is not None else Selector(), setting.scales
        )

    def decide(self, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        """Return one verdict on the bearer, or one on each of its acts."""
        gate, as_of = self.gate, docket.as_of
        if gate.over is not None:
            return self._on_acts(gate.over, subject, docket)
        if self._limited and (reason := self.out_of_force(Period(as_of, as_of + DAY))):
            return (self.excuse(subject, docket, *reason),)
        return (self._verdict(Application(subject, as_of, docket)),)

    def _on_acts(self, acts: Happening, subject: Subject, docket: Docket) -> tuple[Verdict, ...]:
        entries = docket.register.of(subject.id, acts.kind, acts.by)
        found = [entry for entry in entries if self._asked(entry, subject, docket)]
        if found:
            return tuple(
                self._verdict(Application(subject, entry.day, docket, entry)) for entry in found
            )
        needed = min(docket.as_of - DAY, docket.during.last)
        if needed >= docket.during.start:
            gap = docket.register.complete(acts.kind, needed)
            if gap is not None:
                return (self.undetermined(subject, docket, (gap,)),)
        return (self.excuse(subject, docket, "no-act", acts.kind[0]),)

    def _asked(self, entry: Entry, subject: Subject, docket: Docket) -> bool:
        if entry.day not in docket.during or entry.day > docket.as_of:
            return False
        if self.out_of_force(Period(entry.day, entry.day + DAY)):
            return False
        return self._acts(entry.get, subject.get) is not False

    def _verdict(self, application: Application) -> Verdict:
        subject, _, docket, act = application
        point = self._weigh(application)
        status, missing = point.status, point.missing
        if act is not None and self._acts(act.get, subject.get) is None:
            facts = {"field": self._acts.blame(act.get, subject.get), "count": 1}
            status, missing = doubtful(point, Missing("record-fact", facts))
        counted = point.counted if act is None else (act.record, *point.counted)
        points = point.points if point.code == "admission-all" else (point,)
        draft = Draft(
            self.citation,
            subject.thing,
            subject.id,
            status,
            docket.as_of,
            None if act is None else Period(act.day, act.day + DAY),
            None,
            None,
            None,
            None,
            tuple(dict.fromkeys(missing)),
            justified((counted, (), (), (), None, 0, points)),
        )
        return declare(draft)


def doubtful(point: Point, doubt: Missing) -> tuple[Status, tuple[Missing, ...]]:
    """Return what is said of what may be no act that is judged at all, and what is missing.

    Args:
        point: what is required, weighed.
        doubt: why it is not known whether it is one.
    """
    return Status.UNDETERMINED, (doubt, *point.missing)


def tell_gate(verdict: Verdict, lang: Language) -> Told:
    """Tell whether the bearer or the act is admitted, and why not."""
    if verdict.status is Status.NOT_APPLICABLE or not verdict.justification.points:
        return Told(tell_undecided(verdict, lang))
    if verdict.status is Status.UNDETERMINED:
        body = tell_undecided(verdict, lang)
    else:
        reasons = [
            reason.message(verdict.citation, lang)
            for point in verdict.justification.points
            if point.status is Status.NOT_MET
            for reason in decisive(point)
        ]
        why = say("explain.and", lang).join(reasons)
        body = say(f"explain.gate.{verdict.status}", lang, why=why)
    if verdict.period is not None:
        act = verdict.citation.label(verdict.citation.terms["act"], lang)
        day = show_day(verdict.period.start, lang)
        body = say("explain.gate.act", lang, act=act, day=day, body=body)
    several = len(verdict.justification.points) > 1
    return Told(body, tell_points(verdict, lang) if several else "")
