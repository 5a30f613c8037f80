/** Gets the OpenAPI document of a server, or says why there is none. */
import { clientKeyIn } from '../../runtime/access/client-key.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import type { Terminal } from '../terminal.js';

const TIMEOUT_MS = 30_000;

/** @throws CommandFailed when it is no `http:` or `https:` URL without user, query and fragment */
export function serverUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new CommandFailed(
      `--url: ${JSON.stringify(text)} is no URL of a server, as http://localhost:3000 is`,
      EXIT.usage,
    );
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw new CommandFailed(
      '--url: give it without user, password, query and fragment; a key is given by LEFTFOLD_KEY or LEFTFOLD_KEY_FILE',
      EXIT.usage,
    );
  return url;
}

/**
 * @param url of the document
 * @throws CommandFailed, or InvalidSetting for a key that is none
 */
export async function fetchDocument(url: URL, { environment, interrupted }: Terminal): Promise<unknown> {
  const key = clientKeyIn(environment);
  const fault = key?.faultOf(url);
  if (fault !== undefined) throw new CommandFailed(fault, EXIT.usage);
  const signal = AbortSignal.any([interrupted, AbortSignal.timeout(TIMEOUT_MS)]);
  const headers = { accept: 'application/json', ...(key && { authorization: key.authorization }) };
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { headers, signal });
    text = await response.text();
  } catch (error) {
    interrupted.throwIfAborted();
    throw new CommandFailed(`${url.href} cannot be reached: ${reasonOf(error)}; does the server run?`);
  }
  const type = response.headers.get('content-type') ?? 'no type';
  const isJson = /^application\/([\w.-]+\+)?json\b/.test(type);
  if (response.status === 401)
    throw new CommandFailed(
      key === undefined
        ? `${url.href} asks for a key; set LEFTFOLD_KEY or LEFTFOLD_KEY_FILE`
        : `${url.href} does not take the key of LEFTFOLD_KEY or LEFTFOLD_KEY_FILE${detailOf(text)}`,
    );
  if (!response.ok)
    throw new CommandFailed(
      `${url.href} answers with ${response.status}${detailOf(text)}; --url is that of the server, with the prefix under which it is served`,
    );
  if (!isJson)
    throw new CommandFailed(
      `${url.href} answers with ${type}, and not with an OpenAPI document as JSON; --url is that of the server, with the prefix under which it is served`,
    );
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandFailed(`${url.href} answers with what is no JSON`);
  }
}

/** `fetch` says why in the cause; of a name with several addresses, for each of them. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error & {
    readonly cause?: { readonly message?: string; readonly errors?: readonly Error[] };
  };
  return cause?.errors?.[0]?.message ?? cause?.message ?? message;
}

/** Of a problem. */
function detailOf(text: string): string {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: unknown };
    return typeof detail === 'string' ? `: ${detail.slice(0, 500)}` : '';
  } catch {
    return '';
  }
}
