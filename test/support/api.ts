/** What the HTTP interface answers with, as a client reads it. */
import type { Server } from './server.js';

export interface EventJson {
  readonly position: number;
  readonly type: string;
  readonly revision: number;
  readonly tags: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
  readonly time: string;
  readonly commit: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface PageJson {
  readonly events: readonly EventJson[];
  readonly next?: string;
}

export interface FaultJson {
  readonly detail: string;
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
}

export interface ProblemJson {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: readonly FaultJson[];
  readonly position?: number;
}

/** What of an answer a client can go by; two of them can be compared. */
export interface Answer {
  readonly status: number;
  readonly location: string | null;
  readonly position: string | null;
  readonly body: string;
}

export async function answerOf(response: Response): Promise<Answer> {
  return {
    status: response.status,
    location: response.headers.get('location'),
    position: response.headers.get('leftfold-position'),
    body: await response.text(),
  };
}

/** The problem in an answer that has this status. */
export async function problemOf(response: Response, status: number): Promise<ProblemJson> {
  const text = await response.text();
  expect({ status: response.status, text }).toEqual({ status, text });
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json(;|$)/);
  const problem = JSON.parse(text) as ProblemJson;
  expect(problem.status).toBe(status);
  return problem;
}

/** The parts of an answer that are promised for every command. */
export function positionIn(response: Response): number {
  return Number(response.headers.get('leftfold-position'));
}

export async function pageOf(server: Server, path: string): Promise<PageJson> {
  return (await server.json(path)) as PageJson;
}

/** The whole log as text, byte for byte. */
export async function wholeLog(server: Server): Promise<string> {
  const response = await server.fetch('/events', { headers: { accept: 'application/x-ndjson' } });
  return response.text();
}

export async function allEvents(server: Server): Promise<readonly EventJson[]> {
  return linesOf(await wholeLog(server)).map((line) => JSON.parse(line) as EventJson);
}

export function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Records the entries in one commit. Resolves to the position of the last one. */
export async function record(server: Server, ...values: readonly (number | string)[]): Promise<number> {
  const response = await server.post('/entries', values);
  expect(response.status).toBe(201);
  return positionIn(response);
}

/** Retracts the entry. Resolves to the position of the retraction. */
export async function retract(server: Server, entry: number): Promise<number> {
  const response = await server.post(`/entries/${entry}/retraction`, { reason: 'a mistake' });
  expect(response.status).toBe(201);
  return positionIn(response);
}

/** A projection once it has folded everything up to the position. */
export async function foldedUpTo(
  server: Server,
  path: string,
  position: number,
): Promise<Readonly<Record<string, unknown>>> {
  const response = await server.fetch(`${path}?after=${position}`, { headers: { prefer: 'wait=10' } });
  expect(response.status).toBe(200);
  return (await response.json()) as Readonly<Record<string, unknown>>;
}

export async function textUpTo(server: Server, path: string, position: number): Promise<string> {
  const response = await server.fetch(`${path}?after=${position}`, { headers: { prefer: 'wait=10' } });
  expect(response.status).toBe(200);
  return response.text();
}

/** Resolves once the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}
