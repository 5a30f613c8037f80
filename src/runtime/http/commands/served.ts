/** What is served of deciders and decisions: their routes, and what each is made of. */
import type { EventLog } from '../../event-log/event-log.js';
import type { AnyCommand } from '../../command/commands.js';
import type { AnyDecider } from '../../command/decider.js';
import type { JointDecision } from '../../command/decide-together.js';
import type { HttpRequest, HttpResponse } from '../kernel/exchange.js';
import type { Scope } from '../../access/scopes.js';
import type { Links } from '../kernel/links.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- variance: of any contexts
export type AnyDecision = JointDecision<any, any>;

export interface Served {
  readonly log: EventLog;
  readonly links: Links;
}

/** What the URL has, by the names of its parameters. */
export type Parameters = Readonly<Record<string, string>>;

export interface Route {
  readonly method: 'GET' | 'POST';
  /** As Nest writes it, without a slash at its ends. */
  readonly path: string;
  readonly scope: Scope;
  /** Media types of the body. */
  readonly accepts: readonly string[];
  readonly documented: MethodDecorator;
  readonly answer: (
    served: Served,
    request: HttpRequest,
    response: HttpResponse,
    parameters: Parameters,
  ) => Promise<void>;
}

/** A command of a decider, under the name that its author gave it. */
export interface NamedCommand {
  readonly name: string;
  readonly command: AnyCommand;
  /** What follows the subject in the URL, with members of the input in braces. */
  readonly path: string;
}

/** A decider as it is served. */
export interface ServedDecider {
  readonly decider: AnyDecider;
  readonly path: string;
  readonly creating: NamedCommand | undefined;
  /** Those about a subject that there is, or whose id the client has chosen. */
  readonly commands: readonly NamedCommand[];
}
