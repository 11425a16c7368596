"""Heard use: what a run has heard of one use: its report, corrections, people's amendments, and what billing said later."""

from pydantic import ValidationError

from canonical.carried import Carried
from canonical.documents.charge import AccountStanding
from canonical.documents.usage import CorrectionKind, Usage, UsageCorrection
from canonical.documents.usage_run import RELIES_ON, Amendment, Knowledge, UsageRun, UsageStart
from canonical.documents.work_item import Resolution
from canonical.effect import Found
from canonical.eligibility import eligibility
from canonical.envelope import Envelope
from canonical.inbound import EventType
from canonical.run import Ledger, Standing
from canonical.unfit import said_of
from workflows.kit import usage_questions as ask
from workflows.kit.process import Process
from workflows.kit.words import standing_in_words

TO_TAKE_BACK = (Standing.posted, Standing.by_hand)
STEPS = ("stock", "charge", "cost")
"""In the order in which they are posted."""
JUDGED = ("no_charge_reason", "duplicate_of")
SAFETY_FIELDS = ("item", "lot", "serial")
"""A charge was released for the lot that was known then."""


class HeardUse(Process):
    """The use behind a run: the report as it now counts, and how its ledgers stand."""

    def __init__(self, start: UsageStart) -> None:
        self.state = start.closing or UsageRun(route=start.context.route)
        self.known = Knowledge()
        super().__init__(start.context, start.policy, start.carried)

    @property
    def use(self) -> Usage:
        """The use as it now counts."""
        if self.state.usage is None:
            raise RuntimeError("the use is asked for before it was heard")
        return self.state.usage

    def ledger(self, step: str) -> Ledger:
        """The ledger that a step writes into."""
        return self.state.ledger(step)

    def keep(self, ledger: Ledger) -> None:
        """Replace a ledger."""
        self.know(**{ledger.step: ledger})
        self.tell_in_words()

    def know(self, **changes: object) -> None:
        """Replace parts of the state."""
        self.state = self.state.model_copy(update=changes)

    def hear(self, document: Envelope) -> None:
        """Reports and corrections change what is to be done; outcomes and news of subjects say to look again."""
        match document.type:
            case EventType.usage_reported:
                self._hear_report(Usage.model_validate(document.data))
            case EventType.usage_corrected:
                self._hear_correction(UsageCorrection.model_validate(document.data))
            case EventType.charge_posted | EventType.charge_rejected:
                outcome = Found.model_validate(document.data)
                self.heard_of(outcome)
        self.nudge()

    def heard_of(self, outcome: Found) -> None:
        """What became of a charge that billing had accepted."""
        self.know(outcomes=self.state.outcomes | {outcome.wire_key: outcome})

    def said_of(self, key: str) -> Found | None:
        """What was heard of the charge with this wire key."""
        return self.state.outcomes.get(key)

    def start_again(self, carried: Carried) -> UsageStart:
        """The same use, in a run in this one's place."""
        return UsageStart(context=self.context, policy=self.policy, closing=self.state, carried=carried)

    def check_amendment(self, resolution: Resolution) -> None:
        """Each corrected field has its type."""
        try:
            Amendment.model_validate(resolution.correction)
        except ValidationError as wrong:
            raise ValueError(said_of(wrong)) from None

    def amend(self, resolution: Resolution) -> None:
        """Take in what a person corrected; the steps that relied on it are undone and redone."""
        changes = Amendment.model_validate(resolution.correction).model_dump(exclude_none=True)
        judged = {field: changes.pop(field) for field in JUDGED if field in changes}
        if not changes.keys().isdisjoint(SAFETY_FIELDS):
            judged["charge_released"] = False
        mistaken = {field for field in resolution.correction if "charge" in RELIES_ON[field]} - {"no_charge_reason"}
        self.know(
            judgement=self.state.judgement.model_copy(update=judged), mistaken=self.state.mistaken or bool(mistaken)
        )
        if self.state.usage is not None:
            if "unit" in changes and self.known.item is not None:
                # A person knows better than the label which pack was opened; what it said of the item stays.
                changes = {"item": self.known.item.item, "scan": None} | changes
            self.know(usage=self.state.usage.model_copy(update=changes))
        relying = {step for field in resolution.correction for step in RELIES_ON[field]} | set(self.state.redo)
        self.know(redo=tuple(step for step in STEPS if step in relying))

    def no_charge_although_used(self) -> str:
        """Why a charge that stands is not to be made, where the use itself happened as recorded; else nothing.

        On another patient, of other goods or in another quantity the use that was charged did not happen.
        """
        correction, known = self.state.pending, self.state.charged
        if correction is None:
            return "" if self.state.mistaken else self.state.judgement.no_charge_reason or ""
        now = correction.replacement
        if correction.kind is not CorrectionKind.amended or now is None or known is None or known.item is None:
            return ""
        if not (now.disposition.leaves_the_shelf and now.same_goods(self.use)):
            return ""
        verdict = eligibility(now, known.item, known.standing or AccountStanding(), None, self.policy)
        return verdict.reason if verdict.answer == "no-charge" else ""

    def newer_than(self, correction: UsageCorrection) -> UsageCorrection | None:
        """The correction that came while this one was carried out."""
        pending = self.state.pending
        return pending if pending != correction else None

    def outcome(self) -> str:
        """How the run ends, in a word."""
        if self.state.not_used:
            return "not used"
        if self.state.judgement.duplicate_of is not None:
            return "duplicate"
        return "corrected" if any(ledger.corrected for ledger in self.state.ledgers) else "posted"

    def take_up(self) -> str:
        """Go on with what an earlier run left behind; answers the work item that it left."""
        for ledger in self.state.ledgers:
            if ledger.standing is Standing.left:
                self.keep(ledger.model_copy(update={"standing": Standing.pending}))
        left = self.state.left
        self.know(left="")
        return left

    def leave(self, item_id: str) -> None:
        """What is not settled is left to a person."""
        for ledger in self.state.ledgers:
            if not ledger.settled:
                self.keep(ledger.model_copy(update={"standing": Standing.left}))
        self.know(left=item_id)

    def unsettled(self) -> tuple[str, ...]:
        """The ledgers in which something is left to do: to post, to take back, or to make sure of."""
        wrong = STEPS if self.state.pending is not None else self.state.redo
        open_ones = (ledger for ledger in self.state.ledgers if not ledger.settled or ledger.uncertain)
        also = (ledger for ledger in self.state.ledgers if ledger.step in wrong and ledger.standing in TO_TAKE_BACK)
        steps = {ledger.step for ledger in (*open_ones, *also)}
        return tuple(step for step in STEPS if step in steps)

    def lines(self) -> list[str]:
        """One line a ledger: how it stands, under which reference, and why."""
        return [f"- {ledger.step}: {standing_in_words(ledger)}" for ledger in self.state.ledgers]

    def closing_state(self) -> str:
        """What a later run of the same use starts from."""
        self.know(policy=self.policy.version)
        return self.state.model_dump_json()

    def _hear_report(self, usage: Usage) -> None:
        if self.state.usage is None:
            self.know(usage=usage)
        elif usage.version > self.use.version:
            amended = UsageCorrection(
                **usage.model_dump(include=set(UsageCorrection.model_fields) - {"reverses"}),
                correction=f"version-{usage.version}",
                kind=CorrectionKind.amended,
                replacement=usage,
            )
            if not usage.same_act(self.use):
                self._hear_correction(amended)
        elif usage.version == self.use.version and not usage.same_act(self.use) and not self._corrections():
            self.aside(ask.conflicting(self.context.name.number))

    def _hear_correction(self, correction: UsageCorrection) -> None:
        """Of several corrections the newest version counts, in whatever order they come."""
        known = self._corrections()
        if all(correction.newer_than(one) for one in known):
            self.know(pending=correction)
            self.turn()
        elif any(correction.contradicts(one) for one in known):
            self.aside(ask.conflicting(self.context.name.number))

    def _corrections(self) -> tuple[UsageCorrection, ...]:
        return tuple(one for one in (self.state.pending, self.state.corrected_by) if one is not None)
