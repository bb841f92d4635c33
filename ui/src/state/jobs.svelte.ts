/** Long computations: one runner for each kind, with progress, cancel, and what it was computed for. */

import { api, events, isCancelled, ProblemError, type JobRequest } from "../api/client.ts";
import type { Job, JobKind, JobResult } from "../api/types.ts";
import { texts } from "../texts.en.ts";

const ENDED = new Set(["done", "failed", "cancelled"]);

export class Runner {
  job = $state.raw<Job | null>(null);
  result = $state.raw<JobResult | null>(null);
  subject = $state.raw<unknown>(null);
  /** What was asked for last, whether or not it is there yet. */
  asked = $state.raw<unknown>(null);
  trouble = $state("");
  active = $state(false);
  private flight: AbortController | null = null;

  constructor(readonly kind: JobKind) {}

  /** Starts, follows and fetches; `subject` is what the result is about. */
  async start(request: Omit<JobRequest, "kind">, subject: unknown, width: number): Promise<JobResult | null> {
    this.flight?.abort();
    const flight = (this.flight = new AbortController());
    this.trouble = "";
    this.active = true;
    this.asked = subject;
    this.job = null;
    try {
      let job = await api.start({ kind: this.kind, ...request });
      flight.signal.throwIfAborted();
      this.job = job;
      if (!ENDED.has(job.state)) job = await this.follow(job, flight.signal);
      if (job.state === "done") return this.accept(await api.result(job.id, width), subject);
      this.trouble = job.state === "cancelled" ? texts.job.cancelled : job.message || texts.job.failed;
    } catch (error) {
      if (!isCancelled(error)) this.trouble = wordsOf(error);
    } finally {
      if (this.flight === flight) this.active = false;
    }
    return null;
  }

  async cancel(): Promise<void> {
    const job = this.job;
    this.flight?.abort();
    this.active = false;
    this.trouble = texts.job.cancelled;
    if (job && !ENDED.has(job.state)) await api.cancel(job.id).catch(() => undefined);
    this.job = null;
  }

  /** Fetches the same result again, drawn for another width. */
  async redraw(width: number): Promise<void> {
    if (this.job?.state === "done" && this.result) this.result = await api.result(this.job.id, width);
  }

  private accept(result: JobResult, subject: unknown): JobResult {
    this.result = result;
    this.subject = subject;
    return result;
  }

  private async follow(job: Job, signal: AbortSignal): Promise<Job> {
    let now = job;
    while (!ENDED.has(now.state)) {
      for await (const event of events(job.id, signal)) {
        now = { ...now, ...event };
        this.job = now;
        if (ENDED.has(now.state)) return now;
      }
      now = await api.job(job.id); // the stream ended early: ask, then listen again
      this.job = now;
      if (!ENDED.has(now.state)) await new Promise((done) => setTimeout(done, 700));
    }
    return now;
  }
}

export function wordsOf(error: unknown): string {
  if (error instanceof ProblemError) {
    const { problem } = error;
    return [problem.detail || problem.title, ...problem.errors.map((e) => `${e.path}: ${e.message}`)].join(" · ");
  }
  return texts.errors.offline;
}

export const jobs = {
  ranges: new Runner("ranges"),
  talks: new Runner("talks"),
  path: new Runner("path"),
  audit: new Runner("audit"),
  run: new Runner("run"),
};
