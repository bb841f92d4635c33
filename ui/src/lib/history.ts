/** Undo and redo: states in a row; changes with the same tag in quick succession count as one. */

export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  readonly tag: string;
  readonly at: number;
}

const MOST = 100;
const TOGETHER_MS = 900;

export function begin<T>(present: T): History<T> {
  return { past: [], present, future: [], tag: "", at: 0 };
}

/** Returns the history with a new present; one drag of a slider is one step, whatever its length. */
export function change<T>(history: History<T>, present: T, tag = "", now = 0): History<T> {
  if (present === history.present) return history;
  const same = tag !== "" && tag === history.tag && now - history.at < TOGETHER_MS;
  const past = same ? history.past : [...history.past, history.present].slice(-MOST);
  return { past, present, future: [], tag, at: now };
}

export function undo<T>(history: History<T>): History<T> {
  const last = history.past.at(-1);
  if (last === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    present: last,
    future: [history.present, ...history.future],
    tag: "",
    at: 0,
  };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...rest] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future: rest, tag: "", at: 0 };
}
