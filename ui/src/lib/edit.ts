/** Changes of a scenario, each a pure function; what the talks say about a move follows the move. */

import type { Baseline, Move, Prior, Scenario, TalksSection } from "../api/types.ts";

/** Returns the scenario with one field of one move set; an empty value takes the field out. */
export function setField(scenario: Scenario, index: number, name: string, value: unknown): Scenario {
  const old = scenario.moves[index];
  if (!old) return scenario;
  const empty = value === null || value === undefined || value === "";
  const move: Move = { ...old };
  if (empty && name !== "label") delete move[name];
  else move[name] = value;
  const moved = widened({ ...scenario, moves: scenario.moves.with(index, move) }, move, name);
  return name === "label" ? renamed(moved, titleOf(old), String(value)) : moved;
}

/** Returns the scenario with a move at its end; a third actor gets a side. */
export function addMove(scenario: Scenario, move: Move): Scenario {
  const taken = new Set(scenario.moves.map((m) => m.label));
  let label = move.label ?? "";
  for (let k = 2; label && taken.has(label); k++) label = `${move.label} (${k})`;
  return { ...scenario, moves: [...scenario.moves, sided(scenario, { ...move, label })] };
}

/** Returns the scenario without a move; the talks forget it too. The last move stays. */
export function removeMove(scenario: Scenario, index: number): Scenario {
  const move = scenario.moves[index];
  if (!move || scenario.moves.length < 2) return scenario;
  const left = { ...scenario, moves: scenario.moves.filter((_, i) => i !== index) };
  return withSides(scenario, forgotten(left, titleOf(move)));
}

/** Returns the scenario with a copy of a move behind it. */
export function copyMove(scenario: Scenario, index: number): Scenario {
  const move = scenario.moves[index];
  return move ? addMove(scenario, structuredClone(move)) : scenario;
}

export function setBaseline(scenario: Scenario, change: Partial<Baseline>): Scenario {
  return { ...scenario, baseline: { ...scenario.baseline, ...change } };
}

/** Returns the scenario with a prior moved; `null` puts it back. */
export function setPrior(scenario: Scenario, name: string, prior: Prior | null): Scenario {
  const priors = { ...scenario.priors };
  if (prior === null) delete priors[name];
  else priors[name] = prior;
  const { priors: _, ...rest } = scenario;
  return Object.keys(priors).length ? { ...rest, priors } : rest;
}

/** Returns the name by which other parts of a scenario call a move. */
export function titleOf(move: Move): string {
  return typeof move.label === "string" ? move.label : "";
}

/** Returns the codes of the two sides: as given, or the actors in the order of their moves. */
export function sidesOf(scenario: Scenario): string[] {
  const { sides } = scenario;
  const given = Array.isArray(sides) ? sides : Object.keys(sides ?? {});
  if (given.length) return given;
  return [...new Set(scenario.moves.map(sideOfMove))];
}

export function sideOfMove(move: Move): string {
  return typeof move.side === "string" && move.side ? move.side : move.by;
}

/** Returns whether both of two sides have a move, so that there is something to talk about. */
export function hasTwoSides(scenario: Scenario): boolean {
  const sides = sidesOf(scenario);
  const movers = new Set(scenario.moves.map(sideOfMove));
  return sides.length === 2 && movers.size === 2 && sides.every((side) => movers.has(side));
}

/** Returns the scenario in which a side carries out only some of the moves on its menu. */
export function answerWith(scenario: Scenario, side: string, dropped: readonly string[]): Scenario {
  const gone = new Set(dropped);
  const indices = scenario.moves.flatMap((move, k) => (sideOfMove(move) === side && gone.has(titleOf(move)) ? [k] : []));
  return indices.reverse().reduce((left, k) => removeMove(left, k), scenario);
}

/** Returns the scenario without fields that say what the default says: short links, readable files. */
export function slim(scenario: Scenario): Scenario {
  const entries = Object.entries(scenario).filter(([, value]) => !isEmpty(value));
  const content = Object.fromEntries(entries) as Scenario;
  return { ...content, moves: scenario.moves.map(slimMove) };
}

export function slimMove(move: Move): Move {
  return Object.fromEntries(Object.entries(move).filter(([, v]) => !isEmpty(v))) as Move;
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** A move of somebody who is no side needs to say whose move it is. */
function sided(scenario: Scenario, move: Move): Move {
  const sides = sidesOf(scenario);
  if (sides.length < 2 || sides.includes(sideOfMove(move))) return move;
  return { ...move, side: sides[0] };
}

function widened(scenario: Scenario, move: Move, name: string): Scenario {
  if (name !== "by") return scenario;
  const index = scenario.moves.indexOf(move);
  const { side: _, ...bare } = move;
  return { ...scenario, moves: scenario.moves.with(index, sided(scenario, bare as Move)) };
}

/** Sides that were never written down must not change because a move is taken away. */
function withSides(before: Scenario, after: Scenario): Scenario {
  const sides = sidesOf(before);
  const unsaid = !before.sides || (Array.isArray(before.sides) && before.sides.length === 0);
  return unsaid && sides.length === 2 ? { ...after, sides } : after;
}

function renamed(scenario: Scenario, from: string, to: string): Scenario {
  if (!from || from === to) return scenario;
  const moves = scenario.moves.map((m) => (m.if === from ? { ...m, if: to } : m));
  const swap = (name: string) => (name === from ? to : name);
  return { ...scenario, moves, ...talksWith(scenario.talks, (names) => names.map(swap), swap) };
}

function forgotten(scenario: Scenario, label: string): Scenario {
  if (!label) return scenario;
  const moves = scenario.moves.map((m) => (m.if === label ? without(m, "if") : m));
  const drop = (names: string[]) => names.filter((name) => name !== label);
  const gone = (name: string) => (name === label ? "" : name);
  return { ...scenario, moves, ...talksWith(scenario.talks, drop, gone) };
}

function without(move: Move, name: string): Move {
  const { [name]: _, ...rest } = move;
  return rest as Move;
}

function talksWith(
  talks: TalksSection | null | undefined,
  names: (list: string[]) => string[],
  one: (name: string) => string,
): { talks?: TalksSection } {
  if (!talks) return {};
  const groups = Object.entries(talks.groups ?? {}).map(([k, v]) => [k, names(v)] as const);
  const kept = groups.filter(([, list]) => list.length > 0);
  const lost = new Set(groups.filter(([, list]) => list.length === 0).map(([k]) => k));
  const changed: TalksSection = { ...talks };
  if (talks.groups) changed.groups = Object.fromEntries(kept);
  if (talks.left_out) changed.left_out = names(talks.left_out);
  if (talks.agreed)
    changed.agreed = {
      ...talks.agreed,
      terms: talks.agreed.terms.map((term) => {
        const ours = term.ours && !lost.has(term.ours) ? one(term.ours) : "";
        return ours || !term.ours ? { ...term, ...(ours ? { ours } : {}) } : withoutOurs(term);
      }),
    };
  return { talks: changed };
}

function withoutOurs<T extends { ours?: string }>(term: T): T {
  return { ...term, ours: "" };
}
