/** The definition of a projection, as the author of a context writes it. */
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import type { Json, Position } from '../event-log/event.js';
import { RESERVED, requireProjectionPath } from '../http/kernel/paths.js';
import type { Fold, FoldState } from '../fold/fold-state.js';
import { foldOf, type ContextOf, type Machine } from '../fold/fold.js';
import { FIRST_VERSION, fingerprintOf } from '../fold/machine-fingerprint.js';
import {
  fingerprintWithoutUnhandled,
  requireUnhandled,
  withoutUnhandled,
  type Unhandled,
} from './unhandled.js';

export type View = Readonly<Record<string, Json>>;

/** What a view is asked for: the state now, the state at a position, or a hypothetical state, as in a what-if. */
export type When = 'now' | 'never' | Position;

/** A schema of zod, or a Standard Schema that describes itself as JSON Schema (https://standardschema.dev). */
export interface ViewSchema {
  readonly '~standard': { readonly version: 1; readonly vendor: string };
}

/** How a projection is served. */
export interface ProjectionHttp {
  /** Without a slash at its ends, as in `reports/total`. Default: the name. */
  readonly path?: string;
  /**
   * Describes what `view` gives in the documentation, and to `leftfold client`; no view is checked by it. What `fields` of entities and lists names is to
   * be one of its members, unless it leaves open which there are.
   */
  readonly viewSchema?: ViewSchema;
  /**
   * Whether `GET /<path>/folded` answers with all of the state, also what the view does not show, as optimistic rendering needs it. Asks for the same
   * scope as the view. Default: false.
   */
  readonly folded?: boolean;
}

export interface ProjectionDefinition<Context = unknown, Shown extends View = View> {
  /** Names its folder, its URL and its log lines: lower case letters, digits and hyphens; not a path that the runtime serves. */
  readonly name: string;
  readonly machine: Machine;
  readonly fold: Fold<Context>;
  /** A whole number from 1. Default: 1. */
  readonly version: number;
  /** Identifies the machine, the version and the revisions that it consumes. */
  readonly fingerprint: string;
  readonly consumes: readonly AnyContract[];
  /**
   * What queries are answered with, without the position, which is added. Called for a query, never while folding.
   *
   * @param when for a view that contains links to parts of the same state. Default: now
   */
  view(state: FoldState<Context>, when?: When): Shown;
  /** Members of the view that are paths of this application. Over HTTP they get the prefixes under which it is served. */
  readonly links?: readonly string[];
  readonly http?: ProjectionHttp;
}

/** Names a folder, a path and a tag, which take 255 characters with what stands before the name. */
const MAX_NAME_LENGTH = 200;
const NAME = new RegExp(`^[a-z][a-z0-9-]{0,${MAX_NAME_LENGTH - 1}}$`);

/**
 * Defines a projection.
 *
 * @throws Error at start-up when the name or the version cannot be one, when the initial context is no data, when the machine is not pure (by name of the state),
 *   or when it has a transition for an event that it neither says it consumes nor raises itself, as an object
 */
export function defineProjection<Projected extends Machine, Shown extends View = View>(definition: {
  readonly name: string;
  readonly machine: Projected;
  readonly consumes: readonly AnyContract[];
  /**
   * Raised by the author when the state changes for a reason that the fingerprint does not see, such as a constant that a guard
   * reads: states of another version are not used. A whole number from 1. Default: 1.
   */
  readonly version?: number;
  readonly view: (state: FoldState<ContextOf<Projected>>, when?: When) => Shown;
  readonly links?: readonly string[];
  /** What becomes of a consumed event that the state has no transition for. Default: `ignore`. */
  readonly unhandled?: Unhandled;
  readonly http?: ProjectionHttp;
}): ProjectionDefinition<ContextOf<Projected>, Shown> {
  const {
    name,
    machine,
    consumes,
    version = FIRST_VERSION,
    view,
    links,
    unhandled = 'ignore',
    http,
  } = definition;
  requireNameAndVersion('projection', { name, version });
  const fold = foldOf<ContextOf<Projected>>(machine);
  requireUnhandled(name, unhandled);
  if (http?.path !== undefined) requireProjectionPath(http.path, `projection ${name}`);
  const consumed = new Set(consumes.map((contract) => contract.type));
  for (const type of fold.awaits) {
    if (!consumed.has(type)) {
      throw new Error(`projection ${name}: its machine reacts to ${type}, which consumes does not list`);
    }
  }
  const fingerprint = fingerprintOf(machine, consumes, version);
  const isFault = unhandled === 'fault';
  return {
    name,
    machine,
    version,
    consumes,
    view,
    ...(links !== undefined && { links }),
    ...(http !== undefined && { http }),
    fold: isFault ? withoutUnhandled(fold) : fold,
    fingerprint: isFault ? fingerprintWithoutUnhandled(fingerprint) : fingerprint,
  };
}

/**
 * What holds for projections of every kind, which have their folders and URLs beside each other.
 *
 * @param kind as the sentence begins: projection
 * @throws Error
 */
export function requireNameAndVersion(
  kind: string,
  { name, version }: { readonly name: string; readonly version: number },
): void {
  if (!NAME.test(name)) {
    throw new Error(
      `${kind} ${name}: a name is at most ${MAX_NAME_LENGTH} lower case letters, digits and hyphens, as in daily-balance`,
    );
  }
  if (RESERVED.has(name)) {
    const taken = [...RESERVED].filter((each) => NAME.test(each)).toSorted();
    throw new Error(
      `${kind} ${name}: /${name} is where the runtime serves its own; any name will do but ${taken.join(', ')}`,
    );
  }
  if (!Number.isSafeInteger(version) || version < FIRST_VERSION) {
    throw new Error(`${kind} ${name}: a version is a whole number from 1, and ${version} is not`);
  }
}
