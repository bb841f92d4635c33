import { describe, expect, it } from "vitest";
import { begin, change, redo, undo } from "./history.ts";

describe("undo and redo", () => {
  it("go back and forth through every state", () => {
    const end = ["b", "c", "d"].reduce((h, s) => change(h, s), begin("a"));
    const back = undo(undo(undo(end)));
    expect(back.present).toBe("a");
    expect(undo(back)).toBe(back);
    expect(redo(redo(redo(back))).present).toBe("d");
    expect(redo(end)).toBe(end);
  });

  it("take one drag of a slider as one step, and two drags as two", () => {
    let now = begin(0);
    for (let k = 1; k <= 50; k++) now = change(now, k, "slide", 1000 + 10 * k);
    now = change(now, 60, "slide", 5000);
    expect(now.past).toEqual([0, 50]);
    expect(undo(now).present).toBe(50);
    expect(undo(undo(now)).present).toBe(0);
  });

  it("forget what was undone when something else is done", () => {
    const branched = change(undo(change(begin("a"), "b")), "c");
    expect(redo(branched)).toBe(branched);
    expect(undo(branched).present).toBe("a");
  });

  it("remember a hundred states and no more", () => {
    let now = begin(0);
    for (let k = 1; k <= 150; k++) now = change(now, k);
    expect(now.past.length).toBe(100);
    expect(now.past[0]).toBe(50);
  });
});
