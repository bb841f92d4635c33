/** Numbers and spans in words, with the digits that they deserve, as the report writes them. */

export const MINUS = "−";
export const MISSING = "–";

/** Returns an amount of per cent without sign: 0.042%, 1.3%, 37%. */
export function percent(value: number): string {
  return `${digits(Math.abs(value))}%`;
}

/** Returns a change in per cent with its sign. */
export function signedPercent(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  return `${sign(value)}${percent(value)}`;
}

/** Returns money, given in millions, with its sign: +USD 2.5 bn. */
export function signedUsd(million: number | null | undefined): string {
  if (million === null || million === undefined || !Number.isFinite(million)) return MISSING;
  const size = Math.abs(million) / 1e3;
  if (size < 0.05) return "less than USD 0.1 bn";
  const text = size >= 9.95 ? grouped(size, 0) : size.toFixed(1);
  return `${sign(million)}USD ${text} bn`;
}

/** Returns money, given in millions, without sign. */
export function usd(million: number | null | undefined): string {
  return signedUsd(million).replace(/^[+−]/, "");
}

/** Returns a number of any unit with at most `most` decimals and none that say nothing. */
export function plain(value: number, most = 2): string {
  const text = grouped(Math.abs(value), most).replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/** Returns a span in words for somebody who waits. */
export function span(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "";
  if (seconds < 1.5) return "about a second";
  if (seconds < 90) return `about ${Math.round(seconds)} seconds`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `about ${minutes} minutes` : `about ${Math.round(minutes / 60)} hours`;
}

/** Returns an ISO date as printed: 9 October 2025. */
export function day(iso: string): string {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(iso);
  const month = MONTHS[Number(found?.[2]) - 1];
  return found && month ? `${Number(found[3])} ${month} ${found[1]}` : iso;
}

/** Begins a line with a capital: "all horizons" as "All horizons". */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Returns items in a row with commas and a last "and". */
export function joined(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

const MONTHS = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September",
  "October", "November", "December",
];

function digits(size: number): string {
  return size.toFixed(size >= 9.95 ? 0 : size >= 0.995 ? 1 : size >= 0.0995 ? 2 : 3);
}

function sign(value: number): string {
  return value < 0 ? MINUS : "+";
}

function grouped(size: number, decimals: number): string {
  const [whole = "0", part] = size.toFixed(decimals).split(".");
  const commas = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return part ? `${commas}.${part}` : commas;
}
