/** The form of a move, made from the JSON Schema of its instrument. */

import type { Instrument, JsonSchema, Move } from "../api/types.ts";

export type FieldKind =
  | "number" | "choice" | "flag" | "date" | "countries" | "country" | "sectors" | "text";

export interface Field {
  name: string;
  kind: FieldKind;
  unit: string;
  low: number;
  high: number;
  initial: unknown;
  required: boolean;
  help: string;
  choices: readonly string[];
}

const COUNTRY_LISTS = new Set(["against", "to", "also_from", "leak_via"]);
const HIDDEN = new Set(["kind", "assumed"]);
const STRENGTHS = [
  "add_pp", "to_pct", "add_pct", "share_pct", "comply_pct", "withhold_pct", "premium_pct",
  "public_pct", "usd_bn", "subsidy_pct", "rate_pct", "months",
];
export const GENERAL = ["label", "from", "until", "status", "if", "probability", "side", "source", "note"];
const SLIDER_MOST: Record<string, number> = {
  "percentage points": 150, "USD bn": 100, months: 24,
};

/** Returns the fields of an instrument in the order of its schema. */
export function fieldsOf(instrument: Instrument): Field[] {
  const { properties = {}, required = [] } = instrument.schema;
  return Object.entries(properties)
    .filter(([name]) => !HIDDEN.has(name))
    .map(([name, schema]) => fieldOf(name, schema, required.includes(name)));
}

/** Returns the field that says how strong a move is: the one it uses, else the usual one. */
export function strengthOf(instrument: Instrument, move: Move): Field | null {
  const fields = fieldsOf(instrument);
  const numbers = STRENGTHS.map((name) => fields.find((f) => f.name === name)).filter(
    (f): f is Field => f !== undefined && f.kind === "number",
  );
  const used = numbers.find((f) => typeof move[f.name] === "number");
  return used ?? numbers.find((f) => move[f.name] === undefined || move[f.name] === null) ?? null;
}

/** Returns the field that names whom a move is aimed at. */
export function targetField(instrument: Instrument): string | null {
  const names = Object.keys(instrument.schema.properties ?? {});
  return names.find((name) => name === "against" || name === "to") ?? null;
}

/** Returns the ends of a slider: narrower than what is allowed, wide enough for the value. */
export function sliderEnds(field: Field, value: number): [number, number] {
  const usual = SLIDER_MOST[field.unit] ?? (field.high <= 100 ? field.high : 200);
  const high = Math.min(field.high, Math.max(usual, value > usual ? niceAbove(value) : usual));
  const low = Math.max(field.low, value < 0 ? -niceAbove(-value) : Math.min(0, high));
  return [low, high];
}

/** Returns a step that gives a slider about a hundred stops. */
export function sliderStep(low: number, high: number): number {
  const raw = (high - low) / 100;
  const power = 10 ** Math.floor(Math.log10(raw));
  const steps = [1, 2, 5, 10].map((k) => k * power);
  return steps.find((s) => s >= raw * 0.75) ?? raw;
}

/** Returns a new move of an instrument, with its defaults left to the server. */
export function newMove(instrument: Instrument, by: string, targets: string[]): Move {
  const move: Move = { kind: instrument.kind, by, label: "" };
  const target = targetField(instrument);
  if (target) move[target] = targets;
  for (const field of fieldsOf(instrument))
    if (field.required && field.kind === "number" && move[field.name] === undefined)
      move[field.name] = startOf(field);
  const strength = strengthOf(instrument, move);
  if (strength && move[strength.name] === undefined && strength.initial === undefined)
    move[strength.name] = startOf(strength);
  return move;
}

function startOf(field: Field): number {
  if (field.unit === "percentage points") return 10;
  if (field.unit === "USD bn") return 10;
  return Math.min(field.high, 50);
}

function fieldOf(name: string, schema: JsonSchema, required: boolean): Field {
  const shown = schema.anyOf?.find((s) => s.type !== "null" && s.type !== "object") ?? schema;
  const list = schema.anyOf?.find((s) => s.type === "array") ?? (schema.type === "array" ? schema : null);
  return {
    name,
    kind: kindOf(name, shown, list !== null),
    unit: schema.unit ?? shown.unit ?? "",
    low: first(schema.minimum, shown.minimum, schema.low, shown.low, -Infinity),
    high: first(schema.maximum, shown.maximum, schema.high, shown.high, Infinity),
    initial: schema.default ?? undefined,
    required,
    help: schema.description ?? "",
    choices: shown.enum ?? [],
  };
}

function kindOf(name: string, schema: JsonSchema, isList: boolean): FieldKind {
  if (name === "by") return "country";
  if (name === "sectors") return "sectors";
  if (COUNTRY_LISTS.has(name)) return "countries";
  if (isList) return "text";
  if (schema.enum) return "choice";
  if (schema.type === "boolean") return "flag";
  if (schema.type === "number" || schema.type === "integer") return "number";
  return schema.format === "date" ? "date" : "text";
}

function first(...values: (number | undefined)[]): number {
  return values.find((v) => v !== undefined) ?? 0;
}

function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.5, 2, 3, 5, 7.5, 10].map((k) => k * power).find((v) => v > value) ?? value) as number;
}
