/** Words of the server, put in shape for the page; nothing is said that the server did not say. */

/** Returns the sentences of a printed summary: wrapped lines joined, tables and headings left out. */
export function prose(lines: readonly string[]): string[] {
  return blocks(lines).filter(isProse).flatMap(unwrapped);
}

export interface Verdict {
  horizons: string[];
  verdict: string;
  details: [horizon: string, text: string][];
}

/** Returns who has the upper hand, once for all horizons that say the same, with what differs below. */
export function verdicts(pairs: readonly (readonly [string, string])[]): Verdict[] {
  const found: Verdict[] = [];
  for (const [horizon, text] of pairs) {
    const end = text.indexOf(". ");
    const verdict = end < 0 ? text : text.slice(0, end + 1);
    const detail = end < 0 ? "" : text.slice(end + 2);
    const same = found.find((one) => one.verdict === verdict);
    const one = same ?? { horizons: [], verdict, details: [] };
    if (!same) found.push(one);
    one.horizons.push(horizon);
    if (detail) one.details.push([horizon, detail]);
  }
  return found;
}

function blocks(lines: readonly string[]): string[][] {
  const found: string[][] = [[]];
  for (const line of lines) {
    if (line.trim()) found.at(-1)?.push(line);
    else found.push([]);
  }
  return found.filter((block) => block.length > 0);
}

function isProse(block: string[]): boolean {
  return block.every((line, k) => (k > 0 && line.startsWith("  ")) || /^[A-Za-z][A-Za-z ,]*: /.test(line));
}

function unwrapped(block: string[]): string[] {
  const found: string[] = [];
  for (const line of block) {
    if (line.startsWith("  ") && found.length) found[found.length - 1] += ` ${line.trim()}`;
    else found.push(line.trim());
  }
  return found;
}
