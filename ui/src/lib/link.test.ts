import { describe, expect, it } from "vitest";
import type { Scenario } from "../api/types.ts";
import { decodeLink, encodeLink, LinkError, LIMITS } from "./link.ts";

const scenario = {
  title: "Zöll’ <b>&amp;</b> 關稅",
  world: "toy",
  moves: [{ kind: "tariff", by: "USA", against: ["CHN"], add_pp: 12.5, label: "a, b \"c\"", source: "#=&?" }],
} as unknown as Scenario;

async function packed(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const coded = btoa([...bytes].map((b) => String.fromCharCode(b)).join(""));
  return `s=${coded.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}`;
}
async function fault(fragment: string): Promise<string> {
  try {
    await decodeLink(fragment);
  } catch (error) {
    if (error instanceof LinkError) return error.fault;
    throw error;
  }
  return "none";
}

describe("a link", () => {
  it("brings back the scenario and the horizon, whatever signs the words hold", async () => {
    const fragment = await encodeLink({ scenario, horizon: "short" });
    expect(fragment).toMatch(/^s=[A-Za-z0-9_-]+$/);
    expect(await decodeLink(`#${fragment}`)).toEqual({ scenario, horizon: "short" });
  });

  it("is there or not: other fragments carry no scenario", async () => {
    expect(await decodeLink("")).toBeNull();
    expect(await decodeLink("#chart-map")).toBeNull();
  });

  it("is found beside other parts of a fragment", async () => {
    const fragment = await encodeLink({ scenario, horizon: null });
    expect((await decodeLink(`#token=abc&${fragment}`))?.scenario).toEqual(scenario);
  });

  it("is refused when cut, changed, or not of this kind", async () => {
    const fragment = await encodeLink({ scenario, horizon: null });
    expect(await fault(fragment.slice(0, -12))).toBe("unreadable");
    expect(await fault("s=%3Cscript%3E")).toBe("unreadable");
    expect(await fault(await packed("no JSON"))).toBe("unreadable");
    expect(await fault(await packed(JSON.stringify({ v: 2, s: scenario })))).toBe("no_scenario");
    expect(await fault(await packed(JSON.stringify({ v: 1, s: { title: "x", moves: [] } })))).toBe("no_scenario");
    expect(await fault(await packed(JSON.stringify({ v: 1, s: { title: "x", moves: [7] } })))).toBe("no_scenario");
  });

  it("is refused when it unpacks to more than a scenario can be", async () => {
    expect(await fault(await packed(" ".repeat(LIMITS.decoded + 1)))).toBe("too_long");
    expect(await fault(`s=${"A".repeat(LIMITS.encoded + 1)}`)).toBe("too_long");
  });

  it("cannot reach the prototypes of the page", async () => {
    const text = '{"v":1,"h":null,"s":{"title":"x","__proto__":{"polluted":1},"moves":[{"kind":"tariff","by":"USA"}]}}';
    const found = await decodeLink(await packed(text));
    expect(Object.keys(found?.scenario ?? {})).toEqual(["title", "moves"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
