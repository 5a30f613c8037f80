/** Which log a request is for: a client that knows one log under this address must not read, or append to, another. */
import { Problem } from '../kernel/problem.js';
import type { Headers, HttpRequest } from '../kernel/exchange.js';
import type { EventLog } from '../../event-log/event-log.js';

/** On each answer the identity of the log; on a request that of the log which it is for. */
export const LOG_HEADER = 'leftfold-log';

/** The server keeps another log than the client knows. Nothing was read or recorded. */
export class AnotherLog extends Problem {
  constructor(wanted: string, identity: string) {
    const detail =
      `The request is for the log ${wanted.slice(0, 64)}, and this server keeps the log ${identity}: ` +
      'its positions, and what was folded from the other, are of no use here.';
    super('conflict', 'another-log', 'This is another log', detail, {
      faults: [{ header: 'Leftfold-Log', detail }],
    });
  }
}

/** @throws AnotherLog when the request names another log than this one */
export function requireSameLog({ headers }: HttpRequest, { identity }: Pick<EventLog, 'identity'>): void {
  const wanted = headers[LOG_HEADER];
  if (wanted !== undefined && wanted !== identity) throw new AnotherLog(String(wanted), identity);
}

/** What each answer carries. */
export function logHeaders({ identity }: Pick<EventLog, 'identity'>, head: number): Headers {
  return { [LOG_HEADER]: identity, 'leftfold-position': String(head), 'cache-control': 'no-store' };
}
