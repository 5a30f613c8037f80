/** What the server refuses, as errors with a stable type (RFC 9457). */

/** One fault and where it is: in the body (`pointer`), the URL (`parameter`) or the headers (`header`). */
export interface ClientFault {
  readonly detail: string;
  readonly pointer?: string;
  readonly parameter?: string;
  readonly header?: string;
}

/** An answer with a status from 400 on. An attempt that is answered with one below 500 has recorded nothing; one before it may have, whose answer was lost. */
export class ProblemError extends Error {
  /** As in `urn:leftfold:problem:number-already-retracted`; `about:blank` where the answer is no problem document. */
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly faults: readonly ClientFault[];
  /** The whole document, with the members of this type of problem. */
  readonly document: Readonly<Record<string, unknown>>;

  constructor(status: number, body: unknown) {
    const document = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
    const textOf = (name: string): string | undefined =>
      typeof document[name] === 'string' ? document[name] : undefined;
    const detail = textOf('detail') ?? `The server answered with ${status}.`;
    super(detail);
    this.name = 'ProblemError';
    this.status = status;
    this.type = textOf('type') ?? 'about:blank';
    this.title = textOf('title') ?? '';
    this.detail = detail;
    this.faults = Array.isArray(document['errors']) ? (document['errors'] as ClientFault[]) : [];
    this.document = document;
  }
}

/** @param problem the last part of its type, as in `number-already-retracted`, or all of it. Left out: any problem */
export function isProblem(error: unknown, problem?: string): error is ProblemError {
  if (!(error instanceof ProblemError)) return false;
  return problem === undefined || error.type === problem || error.type === `urn:leftfold:problem:${problem}`;
}
