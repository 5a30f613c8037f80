/** Idempotency-Key: a command’s retry finds the first one’s commit (draft-ietf-httpapi-idempotency-key-header). */
import type { IncomingHttpHeaders } from 'node:http';
import { MAX_KEY_LENGTH, textOfHeader } from '../kernel/headers.js';
import { InvalidHeader } from '../kernel/problem.js';
import { commitId, type CommitId, type Metadata } from '../../event-log/event.js';
import type { AppendOptions } from '../../event-log/event-log.js';
import { requestFingerprint } from '../../event-log/commits/request-fingerprint.js';

/** What a request's headers say of the commit that it asks for. */
export type CommitOptions = Pick<AppendOptions, 'commitId' | 'fingerprint' | 'metadata'>;

/**
 * @param request what is asked for, in its canonical form: the same request gives the same digest however it was written
 * @throws InvalidHeader
 */
export function commitOptions(headers: IncomingHttpHeaders, request: unknown): CommitOptions {
  const key = idempotencyKey(headers['idempotency-key']);
  const metadata = metadataOf(headers);
  return {
    ...(metadata !== undefined && { metadata }),
    ...(key !== undefined && { commitId: key, fingerprint: requestFingerprint(request) }),
  };
}

/** A key may come bare or as the quoted string that the draft asks for; both are the same key. */
function idempotencyKey(header: string | string[] | undefined): CommitId | undefined {
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
  return commitId(`key:${key}`); // apart from the ids that the log makes itself
}

function metadataOf(headers: IncomingHttpHeaders): Metadata | undefined {
  const correlationId = identifier(headers, 'x-correlation-id');
  const causationId = identifier(headers, 'x-causation-id');
  if (correlationId === undefined && causationId === undefined) return undefined;
  return {
    ...(correlationId !== undefined && { correlationId }),
    ...(causationId !== undefined && { causationId }),
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
