/** The link carries the whole scenario in the fragment, which no server ever sees. */

import type { HorizonName, Scenario } from "../api/types.ts";

export const LIMITS = { encoded: 64_000, decoded: 512_000, depth: 12, moves: 200, title: 200 };
const KEY = "s";
const HORIZONS: readonly string[] = ["short", "medium", "long"];

export interface Shared {
  scenario: Scenario;
  horizon: HorizonName | null;
}

export type LinkFault = "too_long" | "unreadable" | "no_scenario";

export class LinkError extends Error {
  constructor(readonly fault: LinkFault) {
    super(fault);
  }
}

/** Returns the fragment, without `#`, that carries a scenario. */
export async function encodeLink(shared: Shared): Promise<string> {
  const content = JSON.stringify({ v: 1, h: shared.horizon, s: shared.scenario });
  const packed = await through(new TextEncoder().encode(content), new CompressionStream("deflate"));
  return `${KEY}=${toBase64Url(packed)}`;
}

/** Returns the scenario of a fragment, null when there is none; refuses what is no scenario. */
export async function decodeLink(fragment: string): Promise<Shared | null> {
  const found = new RegExp(`(?:^#?|&)${KEY}=([^&]*)`).exec(fragment);
  if (!found) return null;
  const text = found[1] ?? "";
  if (text.length > LIMITS.encoded) throw new LinkError("too_long");
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw new LinkError("unreadable");
  return checked(parsed(await inflated(fromBase64Url(text))));
}

async function inflated(packed: Uint8Array<ArrayBuffer>): Promise<string> {
  try {
    const bytes = await through(packed, new DecompressionStream("deflate"), LIMITS.decoded);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw error instanceof LinkError ? error : new LinkError("unreadable");
  }
}

function parsed(text: string): unknown {
  try {
    const content: unknown = JSON.parse(text, (key, value: unknown) =>
      key === "__proto__" || key === "constructor" ? undefined : value,
    );
    return content;
  } catch {
    throw new LinkError("unreadable");
  }
}

function checked(content: unknown): Shared {
  if (!isRecord(content) || content.v !== 1 || !isRecord(content.s)) throw new LinkError("no_scenario");
  const { s: scenario, h: horizon } = content;
  if (typeof scenario.title !== "string" || scenario.title.length > LIMITS.title)
    throw new LinkError("no_scenario");
  const moves = scenario.moves;
  if (!Array.isArray(moves) || moves.length < 1 || moves.length > LIMITS.moves)
    throw new LinkError("no_scenario");
  if (!moves.every((m) => isRecord(m) && typeof m.kind === "string" && typeof m.by === "string"))
    throw new LinkError("no_scenario");
  if (depth(scenario) > LIMITS.depth) throw new LinkError("no_scenario");
  const known = typeof horizon === "string" && HORIZONS.includes(horizon);
  return {
    scenario: scenario as unknown as Scenario,
    horizon: known ? (horizon as HorizonName) : null,
  };
}

function depth(value: unknown, above = 0): number {
  if (above > LIMITS.depth || typeof value !== "object" || value === null) return above;
  return Object.values(value).reduce<number>((most, v) => Math.max(most, depth(v, above + 1)), above + 1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function through(
  bytes: Uint8Array<ArrayBuffer>,
  stream: CompressionStream | DecompressionStream,
  most = Infinity,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      await reader.cancel();
      throw new LinkError("too_long");
    }
    parts.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function toBase64Url(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  try {
    const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(raw, (c) => c.charCodeAt(0));
  } catch {
    throw new LinkError("unreadable");
  }
}
