import { describe, expect, it } from "vitest";
import { capital, day, joined, percent, plain, signedPercent, signedUsd, span } from "./format.ts";
import { dayOf, isoOf } from "./days.ts";
import { sliderEnds, sliderStep, type Field } from "./fields.ts";

describe("numbers", () => {
  it("have the digits that they deserve and a real minus", () => {
    expect([0.0421, 0.523, 1.34, 36.6].map(percent)).toEqual(["0.042%", "0.52%", "1.3%", "37%"]);
    expect(signedPercent(-0.5)).toBe("−0.50%");
    expect(signedPercent(Number.NaN)).toBe("–");
    expect(signedUsd(-138_911)).toBe("−USD 139 bn");
    expect(signedUsd(12)).toBe("less than USD 0.1 bn");
    expect(plain(-1234.5)).toBe("−1,234.5");
    expect(plain(-0.001)).toBe("0");
  });

  it("begins a line with a capital, and leaves nothing alone", () => {
    expect(["all horizons", "Short", ""].map(capital)).toEqual(["All horizons", "Short", ""]);
  });

  it("and words for people who wait or read dates", () => {
    expect(span(0.5)).toBe("about a second");
    expect(span(600)).toBe("about 10 minutes");
    expect(day("2025-10-09")).toBe("9 October 2025");
    expect(joined(["a", "b", "c"])).toBe("a, b and c");
  });
});

describe("a slider", () => {
  const field: Field = { name: "add_pp", kind: "number", unit: "percentage points", low: -100, high: 1000, initial: 0, required: true, help: "", choices: [] };

  it("reaches the value that it shows, and what is usual", () => {
    for (const value of [-40, 0, 10, 149, 151, 999]) {
      const [low, high] = sliderEnds(field, value);
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(Math.max(value, 150));
    }
  });

  it("has about a hundred stops", () => {
    for (const [low, high] of [[0, 150], [0, 1], [-40, 200]] as const) {
      const stops = (high - low) / sliderStep(low, high);
      expect(stops).toBeGreaterThan(20);
      expect(stops).toBeLessThan(200);
    }
  });

  it("of days brings each day back", () => {
    for (const iso of ["2018-01-01", "2024-02-29", "2026-07-31"]) expect(isoOf(dayOf(iso))).toBe(iso);
  });
});
