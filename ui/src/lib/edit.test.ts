import { describe, expect, it } from "vitest";
import type { Move, Scenario } from "../api/types.ts";
import {
  addMove, answerWith, copyMove, hasTwoSides, removeMove, setBaseline, setField, setPrior, sidesOf, slim,
} from "./edit.ts";

function move(by: string, label: string, more: Partial<Move> = {}): Move {
  return { kind: "tariff", by, label, add_pp: 10, ...more };
}
const base = {
  title: "Three moves",
  moves: [move("USA", "threat"), move("CHN", "answer", { if: "threat" }), move("CHN", "ban")],
  talks: {
    groups: { tariffs: ["threat"], rest: ["answer", "ban"] },
    left_out: ["ban"],
    agreed: { words: "x", terms: [{ side: "USA", words: "w", ours: "threat" }] },
  },
} as unknown as Scenario;

describe("an edit", () => {
  it("never changes the scenario that it starts from", () => {
    const before = JSON.stringify(base);
    setField(base, 0, "label", "other");
    removeMove(base, 0);
    addMove(base, move("USA", "threat"));
    setBaseline(base, { as_of: "2025-10-09" });
    setPrior(base, "x", { value: 1 });
    answerWith(base, "CHN", ["answer", "ban"]);
    expect(JSON.stringify(base)).toBe(before);
  });

  it("of a label follows through conditions, groups and terms", () => {
    const found = setField(base, 0, "label", "war");
    expect(found.moves[1]?.if).toBe("war");
    expect(found.talks?.groups?.tariffs).toEqual(["war"]);
    expect(found.talks?.agreed?.terms[0]?.ours).toBe("war");
  });

  it("that takes a move away leaves nothing that names it, and keeps the sides", () => {
    const found = removeMove(base, 0);
    expect(JSON.stringify(found)).not.toContain("threat");
    expect(found.talks?.groups).toEqual({ rest: ["answer", "ban"] });
    expect(sidesOf(found)).toEqual(["USA", "CHN"]);
  });

  it("never takes the last move", () => {
    const one = { title: "x", moves: [move("USA", "a")] } as Scenario;
    expect(removeMove(one, 0)).toBe(one);
  });

  it("gives copies names of their own", () => {
    const found = copyMove(copyMove(base, 0), 0);
    expect(found.moves.map((m) => m.label)).toEqual(["threat", "answer", "ban", "threat (2)", "threat (3)"]);
  });

  it("says whose move it is when somebody else acts", () => {
    expect(addMove(base, move("NLD", "controls")).moves.at(-1)?.side).toBe("USA");
    expect(addMove(base, move("CHN", "more")).moves.at(-1)?.side).toBeUndefined();
  });

  it("with an empty value takes the field out", () => {
    expect(setField(base, 1, "if", "").moves[1]).not.toHaveProperty("if");
    expect(setPrior(setPrior(base, "x", { value: 1 }), "x", null)).toEqual(base);
  });
});

describe("a best response", () => {
  it("takes back the side's own moves by name and nobody else's", () => {
    const found = answerWith(base, "CHN", ["answer", "threat"]);
    expect(found.moves.map((m) => m.label)).toEqual(["threat", "ban"]);
  });
});

describe("sides", () => {
  it("are those written down, else the actors in the order of their moves", () => {
    expect(sidesOf({ ...base, sides: ["CHN", "USA"] } as Scenario)).toEqual(["CHN", "USA"]);
    expect(sidesOf({ ...base, sides: {} } as Scenario)).toEqual(["USA", "CHN"]);
    expect(hasTwoSides(base)).toBe(true);
    expect(hasTwoSides({ ...base, moves: [move("USA", "a")] })).toBe(false);
  });
});

describe("a slim scenario", () => {
  it("drops what is empty and keeps zeros and refusals", () => {
    const full = { title: "x", question: "", notes: [], draws: 0, talks: null, moves: [move("USA", "a", { add_pp: 0, note: "" })] };
    expect(slim(full as unknown as Scenario)).toEqual({ title: "x", draws: 0, moves: [{ kind: "tariff", by: "USA", label: "a", add_pp: 0 }] });
  });
});
