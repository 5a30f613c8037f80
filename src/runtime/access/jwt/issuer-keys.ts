/** The public keys of an issuer, fetched from its JWKS and kept for a while. */
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { CredentialsNotCheckable } from '../access-problems.js';

/** How long keys are used without asking for them again: a key that the issuer withdraws counts for so long. */
const MAX_AGE_MS = 5 * 60_000;

/** A token whose key is not among them has them fetched again, but not more often than that, whatever is sent. */
const MIN_REFETCH_INTERVAL_MS = 10_000;

const TIMEOUT_MS = 5_000;

/** After a failure the issuer is left alone for so long, and whoever needs it is refused at once. */
const RETRY_INTERVAL_MS = 5_000;

const MAX_KEY_SET_BYTES = 1024 * 1024;

const keySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) });

/**
 * What `jwtVerify` of jose takes to find the key of a token. It fails with CredentialsNotCheckable when the keys are needed and cannot be
 * fetched.
 *
 * @param elapsed monotonic time in milliseconds
 */
export function issuerKeys(
  url: URL,
  elapsed: () => number,
  onTrouble: (sentence: string) => void,
): JWTVerifyGetKey {
  let failedAt = -Infinity;
  const fetchKeys = async (href: string, options: RequestInit): Promise<Response> => {
    if (elapsed() - failedAt < RETRY_INTERVAL_MS) throw notReachable();
    try {
      const response = await fetch(href, options);
      return Response.json(await keySetIn(response));
    } catch (error) {
      failedAt = elapsed();
      onTrouble(`the keys of the issuer of JWTs cannot be fetched from ${shown(url)}: ${reasonOf(error)}`);
      throw notReachable();
    }
  };
  return createRemoteJWKSet(url, {
    cacheMaxAge: MAX_AGE_MS,
    cooldownDuration: MIN_REFETCH_INTERVAL_MS,
    timeoutDuration: TIMEOUT_MS,
    [customFetch]: fetchKeys,
  });
}

function notReachable(): CredentialsNotCheckable {
  return new CredentialsNotCheckable(
    'The keys of the issuer of this token cannot be fetched now; try again a little later.',
    RETRY_INTERVAL_MS / 1000,
  );
}

/** @throws Error when it is no JWKS */
async function keySetIn(response: Response): Promise<z.output<typeof keySet>> {
  if (response.status !== 200 || response.body === null) {
    await response.body?.cancel();
    throw new Error(`the answer has the status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > MAX_KEY_SET_BYTES) throw new Error(`the answer has more than ${MAX_KEY_SET_BYTES} bytes`);
    chunks.push(chunk);
  }
  const parsed = keySet.safeParse(parsedJson(Buffer.concat(chunks).toString('utf8')));
  if (parsed.success) return parsed.data;
  throw new Error('the answer is no JWKS');
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A query may have a secret. */
function shown({ origin, pathname }: URL): string {
  return origin + pathname;
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error && cause.message !== '' ? cause.message : message;
}
