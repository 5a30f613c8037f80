/** What a log in PostgreSQL is opened with. In a file of its own, so that its types do not need those of the client, `pg`. */
export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`; missing parts come from the environment (`PGPASSWORD` and so on). */
  readonly url: string;
  /** Holds the log's tables; created if it does not exist. Lower-case letters, digits and `_`. Default: leftfold. */
  readonly schema?: string;
  /** How often the head is read without a notification, in milliseconds. Default: 1,000. */
  readonly pollInterval?: number;
  /** Called with the reason when the connection is lost, and with `undefined` once it is back. */
  readonly onConnection?: (lost: string | undefined) => void;
  /**
   * How long, in milliseconds, the outcome of appends is looked for whose connection broke while they were committed.
   * Default: 15,000.
   */
  readonly settleWithin?: number;
}
