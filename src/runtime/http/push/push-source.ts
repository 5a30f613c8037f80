/** What is pushed to a client, and where it comes from: generators that are asked for more only once the client has taken what they gave. */

/** A message to one or many clients. */
export interface PushMessage {
  /** Where to resume: a position, or a part of it, as in `7.2`. */
  readonly id: string;
  /** A line of JSON. Absent: the client is told the id alone, so that it resumes there. */
  readonly data?: string;
  /** Default: `message`. */
  readonly event?: string;
}

/**
 * Gives messages as long as the signal is not aborted, some at a time. It waits by itself for what is new, and returns soon after the
 * signal is aborted. What it has no new messages for is not queued: it is asked again once the client has taken the last ones.
 */
export type PushSource = (signal: AbortSignal) => AsyncGenerator<readonly PushMessage[], void>;

/** Why a stream ends. */
export type EndReason =
  /** The server stops; the client comes back and resumes. */
  | 'server-stopping'
  /** The client has read nothing for too long. */
  | 'not-reading'
  /** The log has another past than what was sent. */
  | 'log-went-back'
  /** An event or a state cannot be read. */
  | 'unreadable'
  /** A defect; the server's log has it. */
  | 'failed'
  /** What allowed the stream is over, as with a key that was revoked. */
  | 'no-longer-allowed';

/** How much is read from the log at a time, in characters: what waits for a client is not much more. */
export const CHUNK_LENGTH = 128 * 1024;
