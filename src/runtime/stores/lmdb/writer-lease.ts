/**
 * The writer lease: which process may write to the log. Two entries in LMDB itself: `owner` says who and, as its version, the
 * term; `lease` is counted up by its holder for as long as it lives.
 *
 * taken → renewed, again and again → released; or no longer renewed → expired → taken by another process
 *
 * No clock is compared with another: who wants the lease watches the count over a time of its own.
 */
import { randomUUID } from 'node:crypto';
import { LogInUse } from '../../event-log/errors.js';
import { DEFAULT_LEASE_SECONDS } from '../drivers.js';
import { fateOf, thisProcess, type LeaseHolder } from './lease-holder.js';
import { aboutLog, type LmdbFiles } from './lmdb-files.js';

/** A holder renews its lease three times as often. */
export const DEFAULT_LEASE_MS = DEFAULT_LEASE_SECONDS * 1000;

/** The entry `lease`. */
interface LeaseEntry {
  /** The id of the holder. */
  readonly holder: string;
  readonly count: number;
  /** After this long without a renewal the lease has expired. */
  readonly milliseconds: number;
  /** The data file that it is about: a copy of the folder has another one. */
  readonly file: string;
}

/** What one sees of a lease that another process has. */
export interface HeldLease {
  readonly holder: LeaseHolder;
  readonly milliseconds: number;
  /** Differs after each renewal. */
  readonly state: string;
  /** `unknown`: only waiting tells. */
  readonly fate: 'alive' | 'unknown';
  /** It was taken for another file: this one is a copy, or was moved to another disk. */
  readonly isOfAnotherFile: boolean;
}

export const inUse = (folder: string, { holder }: HeldLease, keepsLock = false): LogInUse =>
  new LogInUse(
    folder,
    holder.processId,
    holder.pidNamespace !== undefined && holder.pidNamespace !== thisProcess().pidNamespace,
    keepsLock,
  );

export type LeaseAttempt =
  { readonly kind: 'held'; readonly by: HeldLease } | { readonly kind: 'taken'; readonly lease: WriterLease };

export interface LeaseRequest {
  readonly folder: string;
  readonly fileId: string;
  readonly milliseconds: number;
  /** The state of a lease that was not renewed in time. */
  readonly expired?: string | undefined;
}

/** The lease that another process has, or has left behind; undefined when it is free. @throws FileDamaged when an entry cannot be read */
export function heldLease({ about }: LmdbFiles, folder: string, fileId: string): HeldLease | undefined {
  const { owner, lease } = aboutLog(folder, () => ({
    owner: about.getEntry('owner') as { value: LeaseHolder | null; version?: number } | undefined,
    lease: about.get('lease') as LeaseEntry | undefined,
  }));
  if (!owner?.value) return undefined;
  const current = lease?.holder === owner.value.id ? lease : undefined;
  const isOfAnotherFile = current !== undefined && current.file !== fileId;
  const fate = fateOf(owner.value);
  if (fate === 'ended') return undefined;
  return {
    holder: owner.value,
    milliseconds: current?.milliseconds ?? DEFAULT_LEASE_MS,
    state: `${owner.version ?? 0}/${current?.count ?? 0}`,
    fate: isOfAnotherFile ? 'unknown' : fate,
    isOfAnotherFile,
  };
}

/**
 * Takes the lease unless another process has it. LMDB runs one such transaction at a time, so two processes cannot both
 * take it.
 *
 * @throws FileDamaged when an entry cannot be read
 */
export function acquireLease(files: LmdbFiles, request: LeaseRequest): LeaseAttempt {
  const { root, about } = files;
  const { folder, fileId, milliseconds, expired } = request;
  return root.transactionSync(() => {
    const held = heldLease(files, folder, fileId);
    if (held !== undefined && (held.fate === 'alive' || held.state !== expired))
      return { kind: 'held', by: held };
    const { term, identity } = aboutLog(folder, () => ({
      term: (about.getEntry('owner')?.version ?? 0) + 1,
      identity: (about.get('identity') as string | undefined) ?? randomUUID(),
    }));
    const holder = { ...thisProcess(), id: randomUUID() };
    const lease = new WriterLease(files, term, identity, {
      holder: holder.id,
      count: 0,
      milliseconds,
      file: fileId,
    });
    about.putSync('identity', identity);
    about.putSync('owner', holder, term);
    lease.renewSync();
    return { kind: 'taken', lease };
  });
}

export class WriterLease {
  #renewed = performance.now();

  constructor(
    private readonly files: LmdbFiles,
    /** Counts the writers. The writer of an earlier term can no longer write. */
    readonly term: number,
    /** Of the log. */
    readonly identity: string,
    private entry: LeaseEntry,
  ) {}

  get renewalMs(): number {
    return this.entry.milliseconds / 3;
  }

  get isDue(): boolean {
    // A timer may be a little early.
    return performance.now() - this.#renewed >= this.renewalMs * 0.75;
  }

  /** It is not due again for a while, whether it succeeds or not. */
  beginRenewal(): void {
    this.#renewed = performance.now();
  }

  /** To be called within a transaction that has checked the term. */
  renew(): void {
    void this.files.about.put('lease', this.#next());
  }

  /** The same, in a synchronous transaction. */
  renewSync(): void {
    this.files.about.putSync('lease', this.#next());
  }

  /** Writes in a synchronous transaction, unless another process has taken the lease. */
  ifHeldSync(write: () => void): void {
    const { root, about } = this.files;
    root.transactionSync(() => {
      if (about.getEntry('owner')?.version === this.term) write();
    });
  }

  /** Gives the lease back, unless another process has taken it. */
  async release(): Promise<void> {
    const { about } = this.files;
    await about.ifVersion('owner', this.term, () => {
      void about.put('owner', null, this.term);
    });
  }

  #next(): LeaseEntry {
    this.entry = { ...this.entry, count: this.entry.count + 1 };
    return this.entry;
  }
}
