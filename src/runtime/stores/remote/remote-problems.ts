/** The errors of an event store that the problems of a log server stand for (RFC 9457). */
import { z } from 'zod';
import {
  AppendConditionFailed,
  CommitNotFlushed,
  ConditionTooCostly,
  InvalidValue,
  LogBusy,
  LogDamaged,
  LogFilesReplaced,
  LogWentBack,
  PositionNotInLog,
  StorageFull,
  StoreUnavailable,
  WriterLeaseLost,
  type StoreTrouble,
} from '../../event-log/errors.js';
import { Problem, problemType } from '../../http/kernel/problem.js';

const problemDocument = z.looseObject({
  type: z.string(),
  title: z.string().catch('The log server refuses'),
  detail: z.string().catch(''),
  position: z.number().catch(0),
  head: z.number().catch(0),
});

export type ProblemBody = z.output<typeof problemDocument>;

/** Of an answer that is not `200`; undefined when it is not that of a log server but of a proxy, or of something else. */
export function errorOf(status: number, text: string): Error | undefined {
  const parsed = problemDocument.safeParse(parsedJson(text));
  return parsed.success && parsed.data.type.startsWith(PREFIX) ? problemOf(parsed.data, status) : undefined;
}

/**
 * What a log server, or a proxy before it, refuses for who asks. It is not asked again at once, as a server is that is away: each attempt
 * counts as a failed one.
 */
export function deniedBy(status: number, text: string, hasKey: boolean): StoreUnavailable | undefined {
  const { data } = problemDocument.safeParse(parsedJson(text));
  const isOfScope = data?.type === `${PREFIX}scope-missing`;
  if (status !== 401 && !isOfScope) return undefined;
  const why = (data?.detail ?? '').split(/(?<=\.) /, 1)[0];
  const because = why === undefined || why === '' ? '' : ` (${why.slice(0, 200).replace(/\.$/, '')})`;
  const what = hasKey
    ? `it does not take the key of this process${because}; set LEFTFOLD_KEY or LEFTFOLD_KEY_FILE to one that has the scope log`
    : 'it asks for a key; set LEFTFOLD_KEY or LEFTFOLD_KEY_FILE to one that has the scope log, as leftfold keys create <name> --scope log makes it';
  return new StoreUnavailable(undefined, { code: 'store-denied', cause: new Error(what) });
}

/** Whether the server is there and refuses who asks. */
export function isDenied(error: unknown): boolean {
  return error instanceof StoreUnavailable && error.code === 'store-denied';
}

/** Of one commit among several, or of a whole request. */
export function problemOf(value: unknown, status = 200): Error {
  const parsed = problemDocument.safeParse(value);
  if (!parsed.success)
    return new StoreUnavailable('unknown', { cause: new Error('the answer is no problem document') });
  const document = parsed.data;
  const make = ERRORS.get(document.type.slice(PREFIX.length));
  return make?.(document) ?? otherProblem(document, status);
}

const PREFIX = problemType('');

const DAMAGE = /^The log is damaged at position \d+: (.*)\. Restore it from a backup\.$/s;
const WENT_BACK = /^The log had come to position (\d+)/;
const NOT_IN_LOG = /after position (\d+)/;

const unavailable =
  (code: StoreTrouble) =>
  ({ detail }: ProblemBody): StoreUnavailable =>
    new StoreUnavailable(detail.includes('is not known') ? 'unknown' : undefined, { code });

const ERRORS: ReadonlyMap<string, (document: ProblemBody) => Problem> = new Map<
  string,
  (document: ProblemBody) => Problem
>([
  ['append-condition-failed', ({ position }) => new AppendConditionFailed(position)],
  [
    'position-not-in-log',
    ({ detail, head }) => new PositionNotInLog(Number(NOT_IN_LOG.exec(detail)?.[1] ?? 0), head),
  ],
  [
    'log-went-back',
    ({ detail, position }) => new LogWentBack(Number(WENT_BACK.exec(detail)?.[1] ?? 0), position),
  ],
  ['log-damaged', ({ position, detail }) => new LogDamaged(position, DAMAGE.exec(detail)?.[1] ?? detail)],
  ['condition-too-costly', () => new ConditionTooCostly()],
  ['storage-full', () => new StorageFull()],
  ['invalid-value', ({ detail }) => new InvalidValue(detail)],
  ['invalid-body', ({ detail }) => new InvalidValue(detail)],
  ['log-busy', () => new LogBusy()],
  ['lease-lost', () => new WriterLeaseLost()],
  ['commit-not-flushed', () => new CommitNotFlushed()],
  ['log-files-replaced', () => new LogFilesReplaced()],
  // It is closing; one that takes its place may be there soon.
  ['log-closed', () => new StoreUnavailable('nothing')],
  ['store-unavailable', unavailable('store-unavailable')],
  ['store-read-only', unavailable('store-read-only')],
  ['store-denied', unavailable('store-denied')],
  ['store-missing', unavailable('store-missing')],
  ['another-log', unavailable('another-log')],
]);

function otherProblem({ type, title, detail }: ProblemBody, status: number): Problem {
  // A defect of the server, or a problem that this version does not know.
  if (status >= 500) return new StoreUnavailable(undefined, { cause: new Error(`${title}: ${detail}`) });
  return new Problem('unavailable', type.slice(PREFIX.length), title, detail);
}

export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
