/** The server that has sent this page: asked by `leftfold/client`, with the key of who looks at it. */
import { createClient, isProblem, type Client, type OtherRequest } from '../../client/index.js';

interface Settings {
  /** Path under which the API is served. */
  readonly api: string;
  readonly environment?: string;
}

export const settings = settingsOf(
  document.querySelector<HTMLMetaElement>('meta[name="leftfold-console"]')?.content,
);

const KEY = 'leftfold-console-key';
/** Where the browser keeps nothing for this page, the key is kept until it is closed. */
let key = stored();

function stored(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

export function hasKey(): boolean {
  return key !== undefined;
}

const forgetting: (() => void)[] = [];

/** @param forget called when another key is used: what was answered for one is not shown to another */
export function whenKeyChanges(forget: () => void): void {
  forgetting.push(forget);
}

/** From now on all requests are made with it; undefined: without one. */
export function useKeyFromNowOn(given: string | undefined): void {
  key = given;
  for (const forget of forgetting) forget();
  try {
    if (given === undefined) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, given);
  } catch {
    // It is kept in memory.
  }
}

/** What fails is shown at once, with when it is tried again; so requests are not repeated behind the scenes. */
export const client: Client = createClient({
  url: new URL(settings.api, location.href).href,
  credentials: () => key,
  readsOwnWrites: false,
  timeoutMs: 20_000,
  retry: { attempts: 1 },
});

/** The body of an answer. @throws ProblemError, or what `fetch` throws while the server is away */
export async function ask<Body>(path: string, request: OtherRequest = {}): Promise<Body> {
  const { body } = await client.request(path, request);
  return body as Body;
}

/** An operation that somebody has asked for. Who asks twice joins the one that runs, so that a lost answer does no harm. Commands are sent by the client. */
export async function change<Body>(path: string, body?: unknown, request: OtherRequest = {}): Promise<Body> {
  const headers = { 'idempotency-key': newKey(), ...request.headers };
  return ask<Body>(path, { method: 'POST', ...(body !== undefined && { body }), ...request, headers });
}

/** For a request that is to be carried out once. `crypto.randomUUID` is missing on pages that came over plain HTTP from another machine. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/** Why something is not to be seen, in words for who looks at it. */
export function reasonOf(error: unknown): string {
  if (isProblem(error)) return error.detail;
  if (error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError'))
    return 'The server does not answer.';
  return error instanceof Error ? error.message : String(error);
}

/** Whether a key, or another one, is asked for. */
export function asksForKey(error: unknown): boolean {
  return isProblem(error) && error.status === 401;
}

function settingsOf(text: string | undefined): Settings {
  try {
    return JSON.parse(text ?? '') as Settings;
  } catch {
    return { api: '/' }; // as the development server of the page serves it
  }
}
