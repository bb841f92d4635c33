/** Vega, loaded while the first charts are asked for; it fetches nothing and needs no eval. */

import type { View } from "vega";
import type { TopLevelSpec } from "vega-lite";
import type { Split, Spec } from "./spec.ts";

export interface Drawn {
  view: View;
  key: string;
}

type Tools = Awaited<ReturnType<typeof load>>;
let tools: Promise<Tools> | null = null;

async function load() {
  const [vega, vegalite, interpreter] = await Promise.all([
    import("vega"),
    import("vega-lite"),
    import("vega-interpreter"),
  ]);
  return { vega, vegalite, interpreter };
}

/** Starts to load what draws, so that it is there when the first chart comes. */
export function prepare(): void {
  tools ??= load();
  tools.catch(() => (tools = null));
}

/** Draws into an element and returns the view, or swaps the rows of the view that is there. */
export async function draw(
  box: HTMLElement,
  chart: Split,
  config: Spec,
  extra: Record<string, unknown>,
  before: Drawn | null,
): Promise<Drawn> {
  if (before && before.key === chart.key) {
    for (const [name, rows] of Object.entries(chart.rows)) before.view.data(name, rows.map(copy));
    await before.view.resize().runAsync();
    return before;
  }
  const { vega, vegalite, interpreter } = await (tools ??= load());
  before?.view.finalize();
  const datasets = { ...chart.rows, ...extra };
  const spec = { ...chart.skeleton, config, datasets } as unknown as TopLevelSpec;
  const compiled = vegalite.compile(spec).spec;
  const loader = vega.loader();
  loader.load = () => Promise.reject(new Error("a chart may not load anything"));
  const view = new vega.View(vega.parse(compiled, undefined, { ast: true }), {
    expr: interpreter.expressionInterpreter,
    renderer: "svg",
    logLevel: vega.Error,
    hover: false,
    loader,
  });
  box.replaceChildren();
  await view.initialize(box).runAsync();
  return { view, key: chart.key };
}

/** Vega marks the rows it is given; each view gets its own. */
function copy(row: Record<string, unknown>): Record<string, unknown> {
  return { ...row };
}
