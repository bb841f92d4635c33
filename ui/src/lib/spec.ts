/** Takes the rows out of a Vega-Lite specification, so that a drawing stays and only rows change. */

import type { Rows } from "../api/types.ts";

export type Spec = Record<string, unknown>;

export interface Split {
  skeleton: Spec;
  rows: Record<string, Rows>;
  key: string;
}

/** Returns the specification with named empty data sets, and the rows of each. */
export function split(spec: Spec): Split {
  const rows: Record<string, Rows> = {};
  const named = (spec.datasets ?? {}) as Record<string, Rows>;
  const skeleton = walked({ ...spec, datasets: undefined, usermeta: undefined, description: undefined }, rows) as Spec;
  for (const [name, values] of Object.entries(named)) rows[name] = values;
  return { skeleton, rows, key: JSON.stringify(skeleton) };
}

function walked(value: unknown, rows: Record<string, Rows>): unknown {
  if (Array.isArray(value)) return value.map((item) => walked(item, rows));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, v]) => v !== undefined);
  return Object.fromEntries(
    entries.map(([key, v]) => [key, key === "data" ? emptied(v, rows) : walked(v, rows)]),
  );
}

function emptied(data: unknown, rows: Record<string, Rows>): unknown {
  if (typeof data !== "object" || data === null || !("values" in data)) return data;
  const { values, ...rest } = data;
  if (!Array.isArray(values)) return data;
  const known = Object.entries(rows).find(([, r]) => r === values);
  const name = known ? known[0] : `rows${Object.keys(rows).length}`;
  rows[name] = values as Rows;
  return { ...rest, name };
}

/** Returns a specification with each light colour replaced by another, e.g. a hatch. */
export function recoloured(spec: Spec, colours: Record<string, string>): Spec {
  let text = JSON.stringify(spec);
  for (const [from, to] of Object.entries(colours)) text = text.replaceAll(from, to);
  return JSON.parse(text) as Spec;
}
