import { describe, expect, it } from "vitest";
import { prose, verdicts } from "./words.ts";

describe("the words of a printed summary", () => {
  it("are its sentences, with wrapped lines joined and tables left out", () => {
    const lines = [
      "October 2025 - a title", "Change from the world of 2022.", "",
      "Threat: The United States breaks even", "  at 0 points.", "Deal: none.", "",
      "Answers of each side (USD bn a year)", "Side    Answer", "China   no answer", "",
      "note: one equilibrium",
    ];
    expect(prose(lines)).toEqual(["Threat: The United States breaks even at 0 points.", "Deal: none.", "note: one equilibrium"]);
  });
});

describe("who has the upper hand", () => {
  it("is said once for the horizons that agree, with what differs below", () => {
    const found = verdicts([
      ["short", "Split: A. The threats put USA USD 8.1 bn ahead."],
      ["long", "Split: A. The threats put USA USD 0.7 bn ahead."],
      ["never", "China has it"],
    ]);
    expect(found).toEqual([
      {
        horizons: ["short", "long"],
        verdict: "Split: A.",
        details: [["short", "The threats put USA USD 8.1 bn ahead."], ["long", "The threats put USA USD 0.7 bn ahead."]],
      },
      { horizons: ["never"], verdict: "China has it", details: [] },
    ]);
  });
});
