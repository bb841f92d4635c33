/** What the server takes and answers: from its OpenAPI description, narrower where that is open. */

import type { components } from "./schema.d.ts";

type Schemas = components["schemas"];

export type HorizonName = Schemas["AnswerRequest"]["horizon"] & string;
export type Rows = Record<string, unknown>[];

export interface Move {
  kind: string;
  by: string;
  label?: string;
  [field: string]: unknown;
}

export interface Prior {
  value?: number;
  low?: number;
  high?: number;
}

export interface Baseline {
  words?: string;
  as_of?: string | null;
  weights?: "statutory" | "collected";
  controls?: boolean;
  horizon?: HorizonName;
  [field: string]: unknown;
}

export interface TalksSection {
  groups?: Record<string, string[]>;
  left_out?: string[];
  agreed?: { terms: { ours?: string; [field: string]: unknown }[]; [field: string]: unknown } | null;
  [field: string]: unknown;
}

export interface Scenario {
  version?: 1;
  name?: string;
  title: string;
  question?: string;
  world?: string;
  baseline?: Baseline;
  sides?: string[] | Record<string, string[]>;
  moves: Move[];
  horizons?: HorizonName[];
  options?: Record<string, unknown>;
  talks?: TalksSection | null;
  notes?: string[];
  sources?: { title: string; url?: string; licence?: string; used_for?: string }[];
  draws?: number;
  seed?: number;
  priors?: Record<string, Prior>;
  [field: string]: unknown;
}

export interface JsonSchema {
  type?: string;
  enum?: string[];
  const?: string;
  anyOf?: JsonSchema[];
  items?: JsonSchema;
  format?: string;
  default?: unknown;
  description?: string;
  unit?: string;
  low?: number;
  high?: number;
  minimum?: number;
  maximum?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

export type Named = Schemas["Named"];
export type Instrument = Omit<Schemas["Instrument"], "schema"> & { schema: JsonSchema };
export type Vocabulary = Omit<Schemas["Vocabulary"], "instruments"> & { instruments: Instrument[] };
export type ScenarioCard = Schemas["ScenarioSummary"];
export type ScenarioFull = Omit<Schemas["Preset"], "scenario"> & { scenario: Scenario };
export type HeadNumber = Schemas["Number"];
export type CaseOutcome = Schemas["OutcomeOut"];
export type Answer = Schemas["Answer"];
export type ChartData = Schemas["ChartOut"];
export type TableData = Schemas["TableOut"] & { csv?: string };
export type Sections = Schemas["Sections"];
export type Notice = Schemas["Notice"];
export type JobKind = Schemas["JobStatus"]["kind"];
export type JobState = Schemas["JobStatus"]["state"];
export type Job = Schemas["JobStatus"];
export type FieldFault = Schemas["Fault"];
export type Problem = Omit<Schemas["ProblemDetails"], "errors" | "type"> & { errors: FieldFault[]; type?: string };
export type ReadyMove = Omit<Schemas["ReadyMove"], "adds" | "drops"> & { adds: Move[]; drops: string[] };

export interface Change {
  index: number;
  side: string;
  by: string;
  label: string;
  kind: string;
  wedge: string;
  unit: string;
  old: number | null;
  new: number | null;
  trade_usd_million: number | null;
  changes: boolean;
  note: string;
  from: string | null;
}

export type Check = Omit<Schemas["Checked"], "changes" | "canonical"> & {
  changes: Change[];
  canonical: Scenario;
};

export interface RegisterRow {
  id: string;
  by: string;
  on: string;
  instrument: string;
  scope: string;
  rate: string | number | null;
  unit: string;
  from: string;
  until: string;
  certainty: string;
  source: string;
  note: string;
  words?: string;
}

export interface Verdict {
  id: string;
  words: string;
  quoted?: boolean;
  speaker?: string;
  verdict: string;
  probability: number | null;
  basis: string;
  note: string;
  evidence: {
    words: string;
    value: number | null;
    low: number | null;
    high: number | null;
    unit: string;
    wanted: string;
  }[];
  hinges_on: string[];
}

export type JobResult = Omit<Schemas["JobResult"], "moves" | "verdicts" | "ranges" | "odds"> & {
  moves: ReadyMove[];
  verdicts: Verdict[];
  ranges: Record<string, unknown>[];
  odds: Record<string, unknown>[];
};

export interface DraftMove {
  measure: Move;
  missing: string[];
  sentence: string;
  confidence: number;
}

export interface DraftClaim {
  id: string;
  sentence: string;
  topic?: string;
  test?: string;
  confidence: number;
  [field: string]: unknown;
}

export type ReadDraft = Omit<Schemas["ReadOut"], "measures" | "claims"> & {
  measures: DraftMove[];
  claims: DraftClaim[];
};

export interface Assumption {
  name: string;
  words: string;
  value: number;
  low: number | null;
  high: number | null;
  unit: string;
  status: string;
  source: string;
  group?: string;
  kind?: string;
}
