/** Days as numbers for a slider: the register knows 2018 to July 2026. */

export const FIRST = "2018-01-01";
export const LAST = "2026-07-31";
const MS = 86_400_000;

export function dayOf(iso: string): number {
  return Math.round(Date.parse(`${iso}T00:00:00Z`) / MS);
}

export function isoOf(day: number): string {
  return new Date(day * MS).toISOString().slice(0, 10);
}
