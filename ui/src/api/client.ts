/** Calls of the server: one function a call, problems as one kind of error, all of them can be cancelled. */

import type {
  Answer, Assumption, Check, HorizonName, Job, JobKind, JobResult, Problem, ReadDraft, RegisterRow,
  Scenario, ScenarioCard, ScenarioFull, Sections, Vocabulary,
} from "./types.ts";

const ROOT = "api/v1";

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail || problem.title);
  }
}

/** The server does not answer at all. */
export class OfflineError extends Error {}

let token = "";

/** Remembers the access token of a server that asks for one, until the page is closed. */
export function useToken(value: string): void {
  token = value;
}

export interface JobRequest {
  kind: JobKind;
  scenario?: Scenario;
  claims?: unknown;
  draws?: number;
  seed?: number;
}

export const api = {
  vocabulary: (signal?: AbortSignal) => get<Vocabulary>("vocabulary", signal),
  scenarios: () => get<ScenarioCard[]>("scenarios"),
  scenario: (name: string) => get<ScenarioFull>(`scenarios/${encodeURIComponent(name)}`),
  register: (date: string, signal?: AbortSignal) =>
    get<{ measures: RegisterRow[] }>(`register?date=${encodeURIComponent(date)}`, signal),
  check: (scenario: Scenario, signal?: AbortSignal) => post<Check>("check", { scenario }, signal),
  answer: (scenario: Scenario, horizon: HorizonName | null, signal?: AbortSignal) =>
    post<Answer>("answer", horizon ? { scenario, horizon } : { scenario }, signal),
  sections: (
    scenario: Scenario,
    width: number,
    variable: string,
    horizon: HorizonName,
    signal?: AbortSignal,
  ) =>
    post<Sections>("sections", { scenario, width, variable, horizon }, signal),
  assumptions: (scenario: Scenario, signal?: AbortSignal) =>
    post<{ assumptions: Assumption[] }>("assumptions", { scenario }, signal),
  geo: () => get<Record<string, unknown>>("geo"),
  start: (request: JobRequest) => post<Job>("jobs", request),
  job: (id: string) => get<Job>(`jobs/${id}`),
  cancel: (id: string) => send<unknown>("DELETE", `jobs/${id}`),
  result: (id: string, width: number) => get<JobResult>(`jobs/${id}/result?width=${width}`),
  read: (text: string, date: string | null, signal?: AbortSignal) =>
    post<ReadDraft>("read", date ? { text, date } : { text }, signal),
  python: (scenario: Scenario) => post<{ code: string }>("python", { scenario }),
  cite: (scenario: Scenario) => post<{ text: string; bibtex: string }>("cite", { scenario }),
};

/** Returns a file of a finished job. */
export async function file(id: string, name: string): Promise<Blob> {
  return (await fetched("GET", `jobs/${id}/files/${name}`)).blob();
}

/** Follows a job until it ends; each event is its state then. */
export async function* events(id: string, signal: AbortSignal): AsyncGenerator<Partial<Job>> {
  const response = await fetched("GET", `jobs/${id}/events`, undefined, signal);
  if (!response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value.replaceAll("\r", "")).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const data = block
        .split("\n")
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice(5).trim())
        .join("\n");
      if (data) yield JSON.parse(data) as Partial<Job>;
    }
  }
}

function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return send<T>("GET", path, undefined, signal);
}

function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  return send<T>("POST", path, body, signal);
}

async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await fetched(method, path, body, signal);
  return (response.status === 204 ? null : await response.json()) as T;
}

async function fetched(
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers["Authorization"] = `Bearer ${token}`;
  const request: RequestInit = { method, headers };
  if (body !== undefined) request.body = JSON.stringify(body);
  if (signal) request.signal = signal;
  let response: Response;
  try {
    response = await fetch(`${ROOT}/${path}`, request);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new OfflineError("offline");
  }
  if (!response.ok) throw new ProblemError(await problemOf(response));
  return response;
}

async function problemOf(response: Response): Promise<Problem> {
  const blank = { title: response.statusText, status: response.status, detail: "", errors: [] };
  try {
    const content = (await response.json()) as Partial<Problem>;
    return { ...blank, ...content, errors: content.errors ?? [] };
  } catch {
    return blank;
  }
}

/** Returns whether an error says that a request was cancelled. */
export function isCancelled(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
