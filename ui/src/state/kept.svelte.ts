/** Scenarios kept for comparison, each with the answer it had. */

import type { Answer, Scenario } from "../api/types.ts";

export const MOST_KEPT = 4;

export interface Kept {
  key: string;
  scenario: Scenario;
  answer: Answer;
}

class Shelf {
  entries = $state.raw<Kept[]>([]);

  add(scenario: Scenario, answer: Answer): void {
    const others = this.entries.filter((e) => e.key !== answer.fingerprint);
    this.entries = [...others, { key: answer.fingerprint, scenario, answer }].slice(0, MOST_KEPT);
  }

  remove(key: string): void {
    this.entries = this.entries.filter((e) => e.key !== key);
  }
}

export const kept = new Shelf();
