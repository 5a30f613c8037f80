/** Idempotency-Key: a command’s retry finds the first one’s commit (draft-ietf-httpapi-idempotency-key-header). */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { callerOf, type Caller } from '../../access/caller.js';
import type { HttpRequest } from '../kernel/exchange.js';
import { MAX_KEY_LENGTH, textOfHeader } from '../kernel/headers.js';
import { InvalidHeader } from '../kernel/problem.js';
import { commitId, type Metadata } from '../../event-log/event.js';
import type { AppendOptions } from '../../event-log/event-log.js';
import { requestFingerprint } from '../../event-log/commits/request-fingerprint.js';

/** Characters of a digest of the principal; 132 bits. With the longest key they fit into an id of a commit. */
const OWNER_LENGTH = 22;

/** What a request says of the commit that it asks for. */
export type CommitOptions = Pick<
  AppendOptions,
  'commitId' | 'formerId' | 'fingerprint' | 'otherFingerprint' | 'metadata'
>;

/**
 * From its headers, and from who has sent it.
 *
 * @param content what is asked for, in its canonical form: the same request gives the same digest however it was written
 * @param otherContent another form that the same request may have been recorded in
 * @throws InvalidHeader
 */
export function commitOptions(
  request: Pick<HttpRequest, 'headers' | 'raw'>,
  content: unknown,
  otherContent?: unknown,
): CommitOptions {
  const { headers } = request;
  const caller = callerOf(request);
  const key = idempotencyKey(headers['idempotency-key']);
  const metadata = metadataOf(headers, caller.principal);
  return {
    ...(metadata !== undefined && { metadata }),
    ...(key !== undefined && { ...idsOf(key, caller), fingerprint: requestFingerprint(content) }),
    ...(key !== undefined &&
      otherContent !== undefined && { otherFingerprint: requestFingerprint(otherContent) }),
  };
}

/** A key may come bare or as the quoted string that the draft asks for; both are the same key. */
function idempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = String(header)
    .trim()
    .replace(/^"(.*)"$/, '$1');
  if (!/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(key) || key.length > MAX_KEY_LENGTH) {
    throw new InvalidHeader(
      'Idempotency-Key',
      `A key is 1 to ${MAX_KEY_LENGTH} printable ASCII characters, best a UUID.`,
    );
  }
  return key;
}

/** Apart from the ids that the log makes itself, and each principal's apart from those of others. */
function idsOf(
  key: string,
  { principal, anonymousMay }: Caller,
): Pick<CommitOptions, 'commitId' | 'formerId'> {
  const shared = commitId(`key:${key}`);
  if (principal === undefined) return { commitId: shared };
  const owner = createHash('sha256').update(principal).digest('base64url').slice(0, OWNER_LENGTH);
  return {
    commitId: commitId(`by:${owner}:${key}`),
    // Where nobody gets by without credentials, what was recorded without them is from before credentials were asked for.
    ...(!anonymousMay && { formerId: shared }),
  };
}

function metadataOf(headers: IncomingHttpHeaders, principal: string | undefined): Metadata | undefined {
  const correlationId = identifier(headers, 'x-correlation-id');
  const causationId = identifier(headers, 'x-causation-id');
  if (correlationId === undefined && causationId === undefined && principal === undefined) return undefined;
  return {
    ...(correlationId !== undefined && { correlationId }),
    ...(causationId !== undefined && { causationId }),
    ...(principal !== undefined && { principal }),
  };
}

function identifier(
  headers: IncomingHttpHeaders,
  name: 'x-correlation-id' | 'x-causation-id',
): string | undefined {
  const value = headers[name];
  if (value === undefined) return undefined;
  const text = textOfHeader(name, String(value));
  if (text.length === 0 || text.length > MAX_KEY_LENGTH) {
    throw new InvalidHeader(name, `An identifier has 1 to ${MAX_KEY_LENGTH} characters.`);
  }
  return text;
}
