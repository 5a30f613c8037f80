/** What went wrong, in the terms of RFC 9457, before anything is known of HTTP. */

/** The kind of a problem. Only `problem-document.ts` knows the HTTP status of each kind. */
export type ProblemKind =
  | 'malformed' // the request cannot be read
  | 'invalid' // it can be read, and what it says is not acceptable
  | 'unauthorized' // nobody is named, or what names somebody does not count
  | 'forbidden' // it may not be done this way, or not by this caller
  | 'not-found'
  | 'conflict' // it was acceptable, but not in this state
  | 'method-not-allowed'
  | 'method-unknown' // no path has it
  | 'misdirected' // it is for another server
  | 'not-acceptable'
  | 'too-large'
  | 'unsupported-media-type'
  | 'unavailable' // not now; again later
  | 'upgrade-required' // it can be had by another protocol
  | 'too-many-requests'
  | 'storage-full'
  | 'misconfigured' // the application is not set up for it
  | 'damaged'; // what was stored is no longer what was written

/** One fault and where it is: in the body (`pointer`), the URL (`parameter`) or the headers (`header`). */
export interface Fault {
  /** A sentence that says what would be right. */
  readonly detail: string;
  /** JSON pointer into the body, as a URI fragment (RFC 6901, section 6): `#/3/value`. */
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
}

export interface ProblemOptions extends ErrorOptions {
  readonly faults?: readonly Fault[];
  /** Further members of the problem document. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** Seconds after which the same request may succeed. */
  readonly retryAfter?: number;
  /** Further headers of the answer, as in `{ 'www-authenticate': 'Bearer' }`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For what somebody must mend on the server's side: it is written into the server's log once under this key, with its cause. */
  readonly logKey?: string;
}

/**
 * An error that a caller caused or can act on. Everything else that is thrown is a defect, and is
 * answered with a `500` that tells nothing of its inside.
 */
export class Problem extends Error {
  readonly faults: readonly Fault[];
  readonly extensions: Readonly<Record<string, unknown>>;
  readonly retryAfter: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly logKey: string | undefined;

  /**
   * @param kind decides the status
   * @param problem the stable last part of the problem's `type`: `number-already-retracted`
   * @param title what this type of problem is, the same every time
   * @param detail what happened this time, and what would be right
   */
  constructor(
    readonly kind: ProblemKind,
    readonly problem: string,
    readonly title: string,
    readonly detail: string,
    options: ProblemOptions = {},
  ) {
    super(detail, options);
    this.name = new.target.name;
    this.faults = options.faults ?? [];
    this.extensions = options.extensions ?? {};
    this.retryAfter = options.retryAfter;
    this.headers = options.headers ?? {};
    this.logKey = options.logKey;
  }

  /** The problem's stable name, as a URI that needs no server to mean something. */
  get type(): string {
    return problemType(this.problem);
  }
}

export function problemType(problem: string): string {
  return `urn:leftfold:problem:${problem}`;
}

/** The body of a request cannot be accepted. */
export class InvalidBody extends Problem {
  constructor(faults: readonly Fault[]) {
    super('invalid', 'invalid-body', 'The body is not acceptable', summary(faults), { faults });
  }
}

/** A parameter of the URL cannot be accepted. */
export class InvalidParameter extends Problem {
  constructor(parameter: string, detail: string) {
    super('malformed', 'invalid-parameter', 'A parameter is not acceptable', detail, {
      faults: [{ parameter, detail }],
    });
  }
}

/** A header cannot be accepted. */
export class InvalidHeader extends Problem {
  constructor(header: string, detail: string) {
    super('malformed', 'invalid-header', 'A header is not acceptable', detail, {
      faults: [{ header, detail }],
    });
  }
}

/** A JSON pointer as a URI fragment; `#` alone is the whole body. */
export function pointer(path: readonly PropertyKey[]): string {
  return `#${path.map((part) => `/${encodeURIComponent(escapePart(String(part).toWellFormed()))}`).join('')}`;
}

function escapePart(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}

function summary(faults: readonly Fault[]): string {
  const [first] = faults;
  if (first === undefined) return 'The body is not acceptable.';
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return `${first.pointer ?? '#'}: ${first.detail}${more}`;
}
