/** The scenario on the page and its answer. Old numbers are never shown as if they were new. */

import { api, isCancelled, OfflineError, ProblemError } from "../api/client.ts";
import type {
  Answer, Check, FieldFault, HorizonName, Scenario, ScenarioCard, Sections, Vocabulary,
} from "../api/types.ts";
import { slim } from "../lib/edit.ts";
import { begin, change, redo, undo, type History } from "../lib/history.ts";
import { decodeLink, encodeLink, LinkError } from "../lib/link.ts";
import { prepare } from "../lib/vega.ts";
import { texts } from "../texts.en.ts";
import { geo } from "./geo.ts";

export const OPENING = "october-2025";
const WAIT_MS = 60;
export const WIDE = 860;
export const NARROW = 358;

class App {
  vocabulary = $state.raw<Vocabulary | null>(null);
  presets = $state.raw<ScenarioCard[]>([]);
  preset = $state(OPENING);
  history = $state.raw<History<Scenario> | null>(null);
  horizon = $state<HorizonName>("long");
  variable = $state("real_income_change");

  answer = $state.raw<Answer | null>(null);
  answered = $state.raw<Scenario | null>(null);
  check = $state.raw<Check | null>(null);
  checked = $state.raw<Scenario | null>(null);
  sections = $state.raw<Sections | null>(null);
  sectioned = $state.raw<Scenario | null>(null);
  busy = $state(false);
  faults = $state.raw<FieldFault[]>([]);
  trouble = $state("");
  needsToken = $state(false);
  notice = $state("");
  said = $state("");

  private pristine: Scenario | null = null;
  private flight: AbortController | null = null;
  private timer = 0;
  private chartTimer = 0;
  private chartFlight: AbortController | null = null;

  get scenario(): Scenario | null {
    return this.history?.present ?? null;
  }

  /** The answer on the page is not that of the scenario on the page. */
  get stale(): boolean {
    return this.answered !== this.scenario;
  }

  get isChanged(): boolean {
    return this.pristine !== this.scenario;
  }

  get names(): Map<string, string> {
    const known = this.vocabulary;
    return new Map([...(known?.countries ?? []), ...(known?.groups ?? [])].map((c) => [c.code, c.name]));
  }

  nameOf(code: string): string {
    return this.names.get(code) ?? code;
  }

  async open(fragment: string): Promise<void> {
    this.trouble = "";
    try {
      const [vocabulary, presets] = await Promise.all([api.vocabulary(), api.scenarios()]);
      this.vocabulary = vocabulary;
      this.presets = presets;
      if (!(await this.openLink(fragment))) await this.openPreset(OPENING);
    } catch (error) {
      this.fail(error);
    }
  }

  /** Shows the scenario of a link; false when the fragment carries none. */
  async openLink(fragment: string): Promise<boolean> {
    try {
      const shared = await decodeLink(fragment);
      if (!shared) return false;
      if (shared.horizon) this.horizon = shared.horizon;
      this.preset = "";
      this.begin(shared.scenario);
      return true;
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      this.notice = texts.errors.link[error.fault];
      return false;
    }
  }

  async openPreset(name: string): Promise<void> {
    try {
      const found = await api.scenario(name);
      this.preset = name;
      this.begin(slim(found.scenario));
    } catch (error) {
      this.fail(error);
    }
  }

  openScenario(scenario: Scenario): void {
    this.preset = "";
    this.begin(scenario);
  }

  async link(): Promise<string> {
    const { href } = location;
    const bare = href.split("#")[0] ?? href;
    if (!this.scenario) return bare;
    return `${bare}#${await encodeLink({ scenario: this.scenario, horizon: this.horizon })}`;
  }

  edit(next: Scenario, tag = ""): void {
    if (!this.history) return;
    this.history = change(this.history, next, tag, performance.now());
    this.ask(tag ? WAIT_MS : 0);
  }

  undo(): void {
    this.step(undo, texts.builder.undone);
  }

  redo(): void {
    this.step(redo, texts.builder.redone);
  }

  reset(): void {
    if (this.pristine) this.edit(this.pristine);
  }

  /** Asks for everything again, e.g. after the server was away. */
  retry(): void {
    if (!this.history) void this.open(location.hash);
    else this.ask(0);
  }

  private step(how: (h: History<Scenario>) => History<Scenario>, words: string): void {
    if (!this.history) return;
    const next = how(this.history);
    if (next === this.history) return;
    this.history = next;
    this.said = words;
    this.ask(0);
  }

  private begin(scenario: Scenario): void {
    this.history = begin(scenario);
    this.pristine = scenario;
    this.ask(0);
  }

  private ask(wait: number): void {
    this.flight?.abort();
    clearTimeout(this.timer);
    this.busy = true;
    this.timer = window.setTimeout(() => void this.fetchAnswer(), wait);
  }

  private async fetchAnswer(): Promise<void> {
    const scenario = this.scenario;
    if (!scenario) return;
    const flight = (this.flight = new AbortController());
    const { signal } = flight;
    try {
      const horizons = scenario.horizons?.length ? scenario.horizons : [this.horizon];
      const first = horizons.includes(this.horizon) ? this.horizon : (horizons.at(-1) ?? "long");
      const checking = this.fetchCheck(scenario, signal);
      this.accept(scenario, await api.answer(scenario, first, signal), false);
      this.askSections();
      this.accept(scenario, await api.answer(scenario, null, signal), true);
      await checking;
    } catch (error) {
      if (!isCancelled(error)) this.fail(error);
    } finally {
      if (this.flight === flight) this.busy = false;
    }
  }

  private accept(scenario: Scenario, answer: Answer, whole: boolean): void {
    this.faults = [];
    this.trouble = "";
    this.answer = answer;
    this.answered = scenario;
    if (whole) this.said = texts.answer.announce(answer.sentence);
  }

  private async fetchCheck(scenario: Scenario, signal: AbortSignal): Promise<void> {
    try {
      this.check = await api.check(scenario, signal);
      this.checked = scenario;
    } catch (error) {
      if (!isCancelled(error) && !(error instanceof ProblemError)) throw error;
    }
  }

  /** Asks for the charts of the scenario on the page, unless they are there. */
  askSections(wait = 0): void {
    clearTimeout(this.chartTimer);
    this.chartFlight?.abort();
    prepare();
    geo().catch(() => undefined); // the map asks again, and says what is wrong
    this.chartTimer = window.setTimeout(() => void this.fetchSections(), wait);
  }

  private async fetchSections(): Promise<void> {
    const scenario = this.scenario;
    if (!scenario) return;
    const flight = (this.chartFlight = new AbortController());
    const width = matchMedia("(min-width: 720px)").matches ? WIDE : NARROW;
    try {
      const found = await api.sections(scenario, width, this.variable, this.horizon, flight.signal);
      this.sections = found;
      this.sectioned = scenario;
    } catch (error) {
      if (!isCancelled(error)) this.fail(error);
    }
  }

  private fail(error: unknown): void {
    if (error instanceof OfflineError) this.trouble = texts.errors.offline;
    else if (error instanceof ProblemError) this.explain(error);
    else {
      this.trouble = texts.errors.unknown;
      throw error;
    }
  }

  private explain({ problem }: ProblemError): void {
    this.needsToken = problem.status === 401;
    this.faults = problem.errors;
    if (problem.status === 401) this.trouble = texts.errors.token;
    else if (problem.status === 429 || problem.status === 503) this.trouble = texts.errors.busy;
    else this.trouble = problem.detail || problem.title || texts.errors.unknown;
  }
}

export const app = new App();
