/** What a principal may do, as a list of patterns, and what an endpoint asks for. */

/** What one request needs. The names in it are those of projections, deciders and types of events. */
export type Scope =
  | `query:${string}` // read this projection, its past and its entities
  | `command:${string}` // give commands to this decider, and look at what they are about
  | 'events:read' // read the log as events
  | `events:append:${string}` // append events of this type from outside
  | 'log' // read and write the log as it is stored
  | 'operate' // see how projections and the server are; audit, rebuild, resume, skip
  | 'admin'; // all of these, and what moves contexts between processes

/** What an endpoint asks for before it reads a body. `events:append` is at least one type; which of them, the body says. */
export type RequiredScope = Scope | 'public' | 'events:append';

/** The shapes that a pattern may have, for messages. */
export const SCOPE_SHAPES =
  'query:<projection>, command:<decider>, events:read, events:append:<type>, log, operate or admin, with * for any characters in a name';

const NAMED = /^(?:query|command|events:append):[^\s:,]{1,255}$/;
const PLAIN: ReadonlySet<string> = new Set(['events:read', 'log', 'operate', 'admin']);
const APPEND = 'events:append:';

/** What is wrong with a pattern of scopes, if anything is. */
export function scopeFault(text: string): string | undefined {
  return PLAIN.has(text) || NAMED.test(text)
    ? undefined
    : `${JSON.stringify(text)} is no scope; a scope is ${SCOPE_SHAPES}`;
}

/** Patterns of scopes, in which `*` is any run of characters: `query:*`, `events:append:number.*`. */
export class GrantedScopes {
  static readonly none = new GrantedScopes([]);
  static readonly all = new GrantedScopes(['admin']);

  readonly #exact: ReadonlySet<string>;
  readonly #patterns: readonly Pattern[];
  readonly #appendsAny: boolean;

  /** @throws RangeError that names the first that is no scope, and what one looks like */
  constructor(readonly texts: readonly string[]) {
    const fault = texts.map(scopeFault).find((each) => each !== undefined);
    if (fault !== undefined) throw new RangeError(fault);
    this.#exact = new Set(texts.filter((text) => !text.includes('*')));
    this.#patterns = texts.filter((text) => text.includes('*')).map(matcher);
    this.#appendsAny = texts.some((text) => text.startsWith(APPEND));
  }

  allows(scope: RequiredScope): boolean {
    if (scope === 'public' || this.#exact.has('admin') || this.#exact.has(scope)) return true;
    if (scope === 'events:append') return this.#appendsAny;
    return this.#patterns.some((pattern) => pattern.test(scope));
  }
}

/** Not a regular expression: with several `*`, that would take a time that grows with a power of the length. */
function matcher(text: string): Pattern {
  const [first = '', ...rest] = text.split('*');
  const last = rest.pop() ?? '';
  return {
    test(scope) {
      if (!scope.startsWith(first) || !scope.endsWith(last)) return false;
      let at = first.length;
      for (const part of rest) {
        const found = scope.indexOf(part, at);
        if (found < 0) return false;
        at = found + part.length;
      }
      return at + last.length <= scope.length;
    },
  };
}

interface Pattern {
  test(scope: string): boolean;
}
