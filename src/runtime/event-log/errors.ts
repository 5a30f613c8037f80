/** The errors of the event log and its stores. */
import { Problem, pointer, type Fault } from '../http/kernel/problem.js';

/** A value that is no position, tag or commit id. */
export class InvalidValue extends Problem {
  constructor(detail: string) {
    super('invalid', 'invalid-value', 'A value is not acceptable', detail);
  }
}

/** Nothing was recorded: appends wait for each other's conditions, so the search for events that break one has a bound. */
export class ConditionTooCostly extends Problem {
  constructor() {
    const detail =
      'The condition names so many items or tags that events after its position have in common that it cannot be checked in ' +
      'time; read up to a later position and give it as after, or name fewer items.';
    super('invalid', 'condition-too-costly', 'The append condition takes too long to check', detail, {
      faults: [{ detail, pointer: pointer(['condition']) }],
    });
  }
}

/** An event that breaks its contract, or has none. Nothing of its commit was recorded. */
export class ContractBroken extends Problem {
  /** @param faults point into `{"events": […]}` */
  constructor(detail: string, faults: readonly Fault[]) {
    super('invalid', 'contract-broken', 'An event breaks its contract', detail, { faults });
  }

  /** The same, with pointers into a CloudEvent or a batch of them. */
  inCloudEvents(body: unknown): ContractBroken {
    return new ContractBroken(this.detail, faultsInCloudEvents(this.faults, body));
  }
}

/** An event of a type that may not be appended this way. Nothing of its commit was recorded. */
export class TypeNotOpen extends Problem {
  /** @param faults at least one; they point into `{"events": […]}` */
  constructor(faults: readonly Fault[]) {
    const [first] = faults;
    const title = 'Events of this type are not taken from outside';
    super('forbidden', 'type-not-open', title, first?.detail ?? title, {
      faults: faults.slice(0, MAX_FAULTS),
    });
  }

  /** The same, with pointers into a CloudEvent or a batch of them. */
  inCloudEvents(body: unknown): TypeNotOpen {
    return new TypeNotOpen(faultsInCloudEvents(this.faults, body));
  }
}

/** More faults than this help nobody; the first ones are named. */
const MAX_FAULTS = 20;

function faultsInCloudEvents(faults: readonly Fault[], body: unknown): readonly Fault[] {
  const place = Array.isArray(body) ? '#/$1' : '#';
  return faults.map((fault) => ({
    ...fault,
    ...(fault.pointer !== undefined && { pointer: fault.pointer.replace(/^#\/events\/(\d+)/, place) }),
  }));
}

/** The log holds an event that the append condition excludes. Nothing was recorded. */
export class AppendConditionFailed extends Problem {
  /** @param position of the first event that broke the condition */
  constructor(readonly position: number) {
    super(
      'conflict',
      'append-condition-failed',
      'The append condition does not hold',
      `The event at position ${position} breaks the condition; read up to there, decide again, and append after it.`,
      { extensions: { position } },
    );
  }
}

/**
 * The log is not the one that a follower has read: it ends before what was read, or holds other commits there. That is so after
 * a backup was restored under a running process, or a database has failed over to an older replica. What was folded is of no use.
 */
export class LogWentBack extends Problem {
  /** @param known where the log had come to when it was last read  @param head where it ends now */
  constructor(known: number, head: number) {
    super(
      'unavailable',
      'log-went-back',
      'The log has another past',
      `The log had come to position ${known}, but what is recorded now, up to ${head}, does not continue it: was a backup restored, or an older replica promoted?`,
      { retryAfter: 1, extensions: { position: head } },
    );
  }
}

/** An append condition names a position after the head: whoever sent it has not read it in this log. Nothing was recorded. */
export class PositionNotInLog extends Problem {
  constructor(after: number, head: number) {
    const detail =
      `The condition is about what comes after position ${after}, but the log ends at position ${head}; ` +
      `read up to there, decide again, and append after it.`;
    super('invalid', 'position-not-in-log', 'The position is not in this log', detail, {
      faults: [{ detail, pointer: pointer(['condition', 'after']) }],
      extensions: { head },
    });
  }
}

/** This version cannot upcast an event to its contract's current revision. A reader that asks for it stops there; it is never skipped. */
export class EventUnreadable extends Problem {
  readonly position: number;

  /** @param why the rest of a sentence about the event: `but this version knows revision 2.` */
  constructor(
    event: { readonly position: number; readonly type: string; readonly revision: number },
    why: string,
    options: ErrorOptions = {},
  ) {
    const { position, type, revision } = event;
    super(
      'unavailable',
      'event-unreadable',
      'This version cannot read an event',
      `The event at position ${position} is ${type} of revision ${revision}, ${why}`,
      { ...options, extensions: { position } },
    );
    this.position = position;
  }
}

/** A commit id was used again, but for something else. */
export class CommitIdReused extends Problem {
  constructor() {
    const detail =
      'This key was used for another request; a retry repeats its request exactly, a new one has a new key.';
    super('invalid', 'idempotency-key-reused', 'An idempotency key was used for something else', detail, {
      faults: [{ header: 'Idempotency-Key', detail }],
    });
  }
}

/** The log is closed, or closing. */
export class LogClosed extends Problem {
  constructor() {
    super(
      'unavailable',
      'log-closed',
      'The log is closed',
      'The log is closing down; try again once it is back.',
      {
        retryAfter: 1,
      },
    );
  }
}

/** More appends wait for the disk than the log holds in memory. Nothing was recorded. */
export class LogBusy extends Problem {
  constructor() {
    super(
      'unavailable',
      'log-busy',
      'The log has too much to do',
      'More appends wait for the disk than fit; nothing was recorded, so try again a little later.',
      { retryAfter: 1 },
    );
  }
}

/** Why a server that keeps a log cannot be used: a title and a sentence for each problem type. */
export const STORE_TROUBLES = {
  'store-unavailable': [
    'The store cannot be reached',
    'The server that keeps the log cannot be reached, or does not answer.',
  ],
  'store-read-only': ['The store is read-only', 'The server that keeps the log is read-only for now.'],
  'store-denied': [
    'The store denies access',
    'The server that keeps the log denies access to it: the privileges in the database, or the key that is sent to the log server, do not suffice.',
  ],
  'store-missing': [
    'The store has no log any more',
    'The tables of the log are gone from the server that kept it; they must be restored.',
  ],
  'another-log': [
    'The store has another log',
    'The server keeps another log than the one that was opened: what was folded here is of no use for it.',
  ],
} as const;

export type StoreTrouble = keyof typeof STORE_TROUBLES;

/** The server that keeps the log cannot be used now: it is away, read-only, denies access, or has lost the tables. */
export class StoreUnavailable extends Problem {
  readonly code: StoreTrouble;

  /** @param appended what was recorded, if the request was an append */
  constructor(
    appended?: 'nothing' | 'unknown',
    { code = 'store-unavailable', ...options }: ErrorOptions & { readonly code?: StoreTrouble } = {},
  ) {
    const then =
      appended === 'unknown'
        ? ' Whether this was recorded is not known; asked for again under the same commit id, it is recorded once.'
        : `${appended === 'nothing' ? ' Nothing was recorded.' : ''} Try again a little later.`;
    const [title, detail] = STORE_TROUBLES[code];
    super('unavailable', code, title, `${detail}${then}`, { ...options, retryAfter: 1 });
    this.code = code;
  }

  /** As the store's status, without what became of an append. */
  get inShort(): string {
    return STORE_TROUBLES[this.code][1];
  }
}

/** There is no room for more events. Nothing was recorded; the log can still be read. */
export class StorageFull extends Problem {
  constructor(options?: ErrorOptions) {
    super(
      'storage-full',
      'storage-full',
      'There is no room for more events',
      'The disk that keeps the log is full; nothing was recorded. Reading goes on, and appends work again once there is room.',
      options,
    );
  }
}

/**
 * The disk refused to write or to flush a commit. What was acknowledged before is on the disk; whether this commit is, shows when
 * the log is opened again. Until then nothing is recorded.
 */
export class CommitNotFlushed extends Problem {
  constructor(options?: ErrorOptions) {
    super(
      'unavailable',
      'commit-not-flushed',
      'The disk did not take a commit',
      'The disk that keeps the log refused a write. Whether this was recorded is not known; asked for again under the same commit id, ' +
        'it is recorded once. Look after the disk, then start the server again: until then nothing is recorded.',
      options,
    );
  }
}

/** The stored bytes are not those that were written: a commit does not fit its hash, its neighbours or an index. */
export class LogDamaged extends Problem {
  /**
   * @param position the first that cannot be trusted
   * @param what what does not fit
   */
  constructor(
    readonly position: number,
    what: string,
  ) {
    super(
      'damaged',
      'log-damaged',
      'The log is damaged',
      `The log is damaged at position ${position}: ${what}. Restore it from a backup.`,
      { extensions: { position } },
    );
  }
}

/** Another process writes to this log. */
export class LogInUse extends Error {
  /**
   * @param isElsewhere whether the process is of another PID namespace, as in another container
   * @param keepsLock whether it no longer renews its lease, but keeps LMDB's lock
   */
  constructor(
    readonly folder: string,
    readonly processId: number,
    isElsewhere = false,
    keepsLock = false,
  ) {
    const where = isElsewhere ? ' of another container or PID namespace' : '';
    const what = keepsLock
      ? ', which seems to be stopped in the middle of a transaction and keeps its lock: let it go on (kill -CONT) or end it (kill -KILL)'
      : '; stop that process or choose another folder';
    super(`${folder} is in use by process ${processId}${where}${what}`);
    this.name = 'LogInUse';
  }
}

/** Another process has taken over the writer lease. Nothing was recorded, and nothing is until this process starts again. */
export class WriterLeaseLost extends Problem {
  constructor() {
    super(
      'unavailable',
      'lease-lost',
      'Another process writes to the log',
      'Another process has taken over the log, since this one did not renew its lease in time. Nothing was recorded. ' +
        'Reading goes on; start this process again, or use the other one.',
    );
  }
}

/**
 * The folder of the log was deleted, moved or replaced while the log was open. What is in the open file is lost when the process
 * ends, unless the folder was only moved.
 */
export class LogFilesReplaced extends Problem {
  constructor() {
    super(
      'unavailable',
      'log-files-replaced',
      'The files of the log are gone',
      'The folder of the log was deleted, moved or replaced while it was open. Nothing more is recorded, and whether this was is not ' +
        'known. Put the folder back, or not, and start the server again.',
    );
  }
}
