"""What goes over the wire: typed requests and responses, with examples, for OpenAPI."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

HorizonName = Literal["short", "medium", "long"]
JobKind = Literal["run", "ranges", "talks", "path", "audit"]
JobState = Literal["queued", "running", "done", "failed", "cancelled"]
MapVariable = Literal[
    "real_income_change",
    "real_wage_change",
    "consumer_price_change",
    "terms_of_trade_change",
    "exports_change",
    "imports_change",
]
#: Width of a chart; in an address it is text.
Width = Annotated[
    Literal[860, 358],
    BeforeValidator(lambda given: int(given) if given in ("860", "358") else given),
]
#: Replaced in the published description by a reference to the schema of scenario files.
SCENARIO_MARK = {"type": "object", "x-upperhand-schema": "Scenario"}
ScenarioData = Annotated[dict[str, Any], WithJsonSchema(SCENARIO_MARK)]
JobId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$", examples=["0123456789abcdef"])]
EXAMPLE = {
    "title": "Ten points on Chinese goods",
    "moves": [{"kind": "tariff", "by": "USA", "against": ["CHN"], "add_pp": 10}],
}


class Request(BaseModel):
    """A request: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class ScenarioRequest(Request):
    """A scenario, whole."""

    scenario: ScenarioData = Field(description="The scenario, as in a file.", examples=[EXAMPLE])


class CheckRequest(Request):
    """A scenario as data, or as the text of a YAML file."""

    scenario: ScenarioData | None = Field(
        default=None, description="The scenario, as in a file.", examples=[EXAMPLE]
    )
    yaml: str | None = Field(
        default=None, max_length=200_000, description="The text of a scenario file."
    )


class AnswerRequest(ScenarioRequest):
    """A scenario, and the horizon looked at."""

    horizon: HorizonName | None = Field(
        default=None, description="One horizon, which is quickest; all when left out."
    )


class SectionsRequest(AnswerRequest):
    """A scenario, and how its charts are to be drawn."""

    width: Width = Field(default=860, description="Width of the charts in pixels.")
    variable: MapVariable = Field(default="real_income_change", description="What the map shows.")


class JobRequest(Request):
    """A computation that takes longer than a moment."""

    kind: JobKind = Field(
        description="run: everything; ranges: with draws; talks: war, threats and deal; path: the "
        "years ahead; audit: claims tested."
    )
    scenario: ScenarioData | None = Field(
        default=None, description="The scenario; not needed for an audit.", examples=[EXAMPLE]
    )
    claims: str | dict[str, Any] | None = Field(
        default=None, description="For an audit: name of a packaged one, or the claims themselves.",
        examples=["column-2025-10"],
    )  # fmt: skip
    draws: int = Field(default=256, ge=1, le=4096, description="Draws for ranges and bands.")
    seed: int | None = Field(
        default=None,
        ge=0,
        le=2**31 - 1,
        description="Seed of the draws; by default the scenario's.",
    )


def _real_day(text: str) -> str:
    date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    return text


Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}(-\d{2})?$"), AfterValidator(_real_day)]


class ReadRequest(Request):
    """An article, pasted."""

    text: str | None = Field(default=None, max_length=200_000, description="Plain text.")
    html: str | None = Field(default=None, max_length=800_000, description="A page, as HTML.")
    date: Day | None = Field(
        default=None, description="Day or month of the article.", examples=["2025-10-14"]
    )


class Fault(BaseModel):
    """What is wrong with one field."""

    path: str = Field(examples=["moves[0].add_pp"])
    message: str
    got: str | None = None
    allowed: str | None = None
    hint: str | None = None


class ProblemDetails(BaseModel):
    """A problem (RFC 9457) with the faults of each field."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[Fault] = []


class Named(BaseModel):
    """A code with its name."""

    code: str
    name: str


class Sector(Named):
    """A good or service."""

    service: bool


class Horizon(BaseModel):
    """A horizon with its span."""

    name: HorizonName
    title: str


class Variable(BaseModel):
    """Something that the map can show."""

    name: str
    label: str


class Instrument(BaseModel):
    """An instrument with the schema of its fields: unit, range, default, one sentence."""

    kind: str
    title: str
    summary: str
    schema_: dict[str, Any] = Field(alias="schema")


class Theme(BaseModel):
    """Colours of the charts, and the dark partner of each."""

    config: dict[str, Any]
    dark: dict[str, str]
    vegalite: str


class Vocabulary(BaseModel):
    """The words that a form offers."""

    world: str
    worlds: list[str]
    countries: list[Named]
    groups: list[Named]
    sectors: list[Sector]
    parents: dict[str, list[str]]
    instruments: list[Instrument]
    horizons: list[Horizon]
    closures: list[str]
    actors: dict[str, str]
    theme: Theme
    map_variables: list[Variable]
    limits: dict[str, int]
    version: str


class ScenarioSummary(BaseModel):
    """A packaged scenario in a line."""

    name: str
    title: str
    question: str
    variants: str


class Preset(BaseModel):
    """A packaged scenario, whole."""

    name: str
    title: str
    question: str
    fingerprint: str
    scenario: ScenarioData
    yaml: str


class Register(BaseModel):
    """Measures in force on a day."""

    date: date
    measures: list[dict[str, Any]]


class Notice(BaseModel):
    """What to look at; `index` is the position of the move, null for the whole scenario."""

    index: int | None
    kind: Literal["clash", "no_op", "note"]
    text: str


class Checked(BaseModel):
    """A scenario that can be run."""

    ok: bool
    fingerprint: str
    canonical: ScenarioData
    yaml: str
    sides: list[str]
    changes: list[dict[str, Any]]
    notices: list[Notice]


class Cell(BaseModel):
    """A number at one horizon; `low` and `high` only with draws, `value` null if refused."""

    horizon: str
    text: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    usd_million: float | None


class Number(BaseModel):
    """One of the four numbers."""

    key: str
    title: str
    value: str
    note: str
    by_horizon: list[Cell]


class OutcomeOut(BaseModel):
    """How a solve ended."""

    case: str
    horizon: str
    ok: bool
    sentence: str


class Summary(BaseModel):
    """Sentence and numbers of a run."""

    fingerprint: str
    title: str
    baseline: str
    ok: bool
    sentence: str
    upper_hand: list[tuple[str, str]]
    sides: list[Named]
    numbers: list[Number]
    outcomes: list[OutcomeOut]
    headline: dict[str, Any]


class Answer(Summary):
    """The instant answer."""

    elapsed_ms: float


class ChartOut(BaseModel):
    """A chart: a Vega-Lite specification in the light colours, without theme and shapes."""

    id: str
    section: str
    title: str
    subtitle: str
    source: str
    alt: str
    legend: list[tuple[str, str]]
    spec: dict[str, Any]


class TableOut(BaseModel):
    """A table with its cells as printed."""

    id: str
    section: str
    title: str
    unit: str
    columns: list[str]
    kinds: list[str]
    rows: list[list[str]]
    note: str
    source: str


class Sections(BaseModel):
    """Charts and tables of a run."""

    fingerprint: str
    ok: bool
    charts: list[ChartOut]
    tables: list[TableOut]


class JobStatus(BaseModel):
    """Where a job stands; `place` counts the jobs before it."""

    id: JobId
    kind: JobKind
    fingerprint: str
    state: JobState
    done: int
    total: int
    eta_s: float | None
    place: int
    message: str
    problem: ProblemDetails | None = None
    files: list[str] = []


class ReadyMove(BaseModel):
    """A best response ready to apply: moves to add, labels of moves to take back, and why."""

    side: str
    label: str
    why: str
    adds: list[dict[str, Any]] = []
    drops: list[str] = []


class JobResult(BaseModel):
    """What a job found; parts that its kind does not have are empty."""

    fingerprint: str
    kind: JobKind
    ok: bool
    title: str
    sentence: str
    upper_hand: list[tuple[str, str]] = []
    numbers: list[Number] = []
    words: list[str] = []
    charts: list[ChartOut] = []
    tables: list[TableOut] = []
    moves: list[ReadyMove] = []
    ranges: list[dict[str, Any]] = []
    odds: list[dict[str, Any]] = []
    verdicts: list[dict[str, Any]] = []
    data: dict[str, Any] = Field(
        default={}, description="The same as `--json` on the command line."
    )


class ReadOut(BaseModel):
    """A draft made from an article; nothing runs before it is confirmed."""

    article: dict[str, Any]
    measures: list[dict[str, Any]]
    mentions: list[dict[str, Any]]
    claims: list[dict[str, Any]]


class UploadedWorld(BaseModel):
    """A world of the user's own, under the name that scenarios may use."""

    name: str
    ok: bool
    report: str
    countries: int
    sectors: int
    fingerprint: str


class PythonCode(BaseModel):
    """A program that makes the same numbers."""

    code: str
    version: str
    fingerprint: str


class Citation(BaseModel):
    """How to cite a run, and what it rests on."""

    text: str
    bibtex: str
    sources: list[dict[str, Any]]


class Assumptions(BaseModel):
    """What a scenario rests on: name, value, range, unit, status, source."""

    fingerprint: str
    assumptions: list[dict[str, Any]]


class Health(BaseModel):
    """Whether the server can answer."""

    ok: bool
    version: str
    queued: int
    running: int
