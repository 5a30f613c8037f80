/** Whether the published contracts keep what consumers rely on; where they do not, whom it breaks and what would keep it whole. */
import { EventUnreadable } from '../../errors.js';
import { commitId, position, type Json, type RecordedEvent } from '../../event.js';
import { ContractRegistry } from '../contract-registry.js';
import { revisionsOf, type AnyContract, type Example } from '../event-contract.js';
import { isRuntimeType } from '../open-types.js';
import { upcasted } from '../upcasting.js';
import { missingIn, missingInSchema } from './fields.js';
import { narrowings } from './narrowing.js';
import { publishedSchema, type PublishedRevision } from './published-contracts.js';

/** What a context needs of an event. */
export interface Reliance {
  readonly event: AnyContract;
  /** Paths of members, as in `customer.id` or `lines.*.price`; with `?` at the end one that may be absent. Default: all of the event. */
  readonly fields?: readonly string[];
}

/** A reliance, and whose it is. */
export interface ConsumerReliance extends Reliance {
  /** As in `projection sum`. */
  readonly consumer: string;
  /** The context that it belongs to, as the model map calls it. */
  readonly context?: string;
}

/** Published contracts, wherever they are. */
export interface PublishedSource {
  /** As in `contracts`, for messages. */
  readonly place: string;
  readonly revisions: readonly { readonly type: string; readonly revision: number }[];
  read(type: string, revision: number): PublishedRevision;
}

export interface BrokenReliance {
  readonly consumer: string;
  readonly context?: string;
  readonly event: string;
  /** Absent where the event is not published at all. */
  readonly revision?: number;
  readonly field?: string;
  /** What is wrong. */
  readonly detail: string;
  /** What would keep it whole. */
  readonly remedy: string;
  /** Whether the published schema was changed by who records the event. It concerns everybody, so no consumer is named. */
  readonly isInPlace?: boolean;
}

/** `order.placed, revision 2, customer.id: projection orders of context Shop relies on it, and it was removed. …` */
export function describeBroken(broken: BrokenReliance): string {
  const { consumer, context, event, revision, field, detail, remedy } = broken;
  const where = [event, ...(revision === undefined ? [] : [`revision ${revision}`]), field ?? []].flat();
  if (broken.isInPlace === true) return `${where.join(', ')}: ${detail}. ${remedy}`;
  const own = context === undefined ? undefined : contextAsConsumer(context);
  const who = own === undefined || own === consumer ? consumer : `${consumer} of ${own}`;
  return `${where.join(', ')}: ${who} relies on it, and ${detail}. ${remedy}`;
}

/** What relies on an event that no projection and no decider of the context consumes. */
export const contextAsConsumer = (context: string): string => `context ${context}`;

/**
 * All reliances that are broken. Looked at are the schema of every published revision beside that of the code, and every published example as the
 * upcasters bring it to the current revision.
 *
 * @throws Error when what is published cannot be read
 */
export function brokenReliances(
  reliances: readonly ConsumerReliance[],
  published: PublishedSource,
  known: readonly AnyContract[] = [],
): readonly BrokenReliance[] {
  const registry = new ContractRegistry();
  registry.register([...new Set([...reliances.map(({ event }) => event), ...known])]);
  const found = new PublishedBeside(published, registry);
  const broken = reliances.flatMap((reliance) => [
    ...missingFields(reliance),
    ...found.of(reliance.event.type).flatMap((each) => breaks(reliance, each)),
    ...unpublished(reliance, found),
  ]);
  const seen = new Set<string>();
  return broken.filter((each) => {
    const text = describeBroken(each);
    return !seen.has(text) && seen.add(text);
  });
}

/** What is wrong with one published revision, before it is said whom it concerns. */
interface Break extends Pick<BrokenReliance, 'revision' | 'detail' | 'remedy'> {
  /**
   * - `narrowed`: the code refuses what is published, at `field`
   * - `unreadable`: it cannot be brought to the current revision, whatever is needed of it
   * - `example`: nothing is wrong, unless the data lacks what is needed
   */
  readonly kind: 'narrowed' | 'unreadable' | 'example';
  readonly field?: string;
  readonly data?: Json;
}

class PublishedBeside {
  readonly #breaks = new Map<string, Break[]>();

  constructor(
    private readonly published: PublishedSource,
    private readonly registry: ContractRegistry,
  ) {
    for (const { type, revision } of published.revisions) {
      const contract = registry.contractOf(type);
      if (contract !== undefined) this.#compare(contract, revision);
    }
  }

  of(type: string): readonly Break[] {
    return this.#breaks.get(type) ?? [];
  }

  has(type: string): boolean {
    return this.published.revisions.some((each) => each.type === type);
  }

  get place(): string {
    return this.published.place;
  }

  #add(type: string, found: Break): void {
    this.#breaks.set(type, [...this.of(type), found]);
  }

  #compare(contract: AnyContract, revision: number): void {
    const { type } = contract;
    const own = revisionsOf(contract).find((each) => each.revision === revision);
    if (own === undefined) {
      const known = revisionsOf(contract).map((each) => each.revision);
      this.#add(type, {
        kind: 'unreadable',
        revision,
        detail: `this program knows ${known.join(', ')} only, so it stops at the first event of revision ${revision}`,
        remedy: `Add the revision with its upcaster, .revise({ schema, examples, upcast }), before it is recorded`,
      });
      return;
    }
    const { schema, examples } = this.published.read(type, revision);
    const narrowed = narrowings(schema, publishedSchema(own));
    for (const { field, what } of narrowed) this.#narrowed(type, revision, field, `it ${what}`);
    for (const [index, example] of examples.entries()) {
      // What JSON Schema does not tell, such as a refinement.
      const issues = narrowed.length === 0 ? own.schema.safeParse(example.data).error?.issues : [];
      for (const { path, message } of issues ?? [])
        this.#narrowed(type, revision, fieldAt(path), `example ${index + 1} is refused (${message})`);
      this.#upcast(contract, revision, example, index + 1);
    }
  }

  #narrowed(type: string, revision: number, field: string, what: string): void {
    this.#add(type, {
      kind: 'narrowed',
      revision,
      field,
      detail: `in the code ${what}, while events may be recorded as published`,
      remedy: `Put the schema of revision ${revision} back, and add a revision with an upcaster, .revise({ schema, examples, upcast })`,
    });
  }

  #upcast({ type }: AnyContract, revision: number, example: Example, number: number): void {
    try {
      for (const event of upcasted(recordedFrom(type, revision, example), this.registry.contractOf))
        this.#add(event.type, {
          kind: 'example',
          revision,
          detail: `example ${number} of ${type}, revision ${revision}, has none once it is brought to revision ${event.revision}`,
          remedy: `Have an upcaster from revision ${revision} on give it, or rely on it as on one that may be absent, with ? at its end`,
          data: event.data,
        });
    } catch (error) {
      if (!(error instanceof EventUnreadable)) throw error;
      const reason = error.cause instanceof Error ? error.cause.message : error.message;
      const field = /^data\.([^:]+): /.exec(reason)?.[1];
      this.#add(type, {
        kind: 'unreadable',
        revision,
        ...(field !== undefined && { field }),
        detail: `example ${number} cannot be brought to the current revision: ${reason}`,
        remedy: `Have the upcaster from revision ${revision} give what the next one requires, or let that be optional`,
      });
    }
  }
}

/** Of the breaks of an event those that concern the consumer. What cannot be read at all concerns everybody. */
function breaks(reliance: ConsumerReliance, found: Break): readonly BrokenReliance[] {
  const { fields } = reliance;
  const { kind, revision, field, detail, remedy, data } = found;
  const broken = { ...whose(reliance), ...(revision !== undefined && { revision }), detail, remedy };
  if (kind === 'example') {
    const missing = (fields ?? []).filter((each) => missingIn(data ?? null, each));
    return missing.map((each) => ({ ...broken, field: bare(each) }));
  }
  if (kind === 'narrowed' && !concerns(fields, field ?? '')) return [];
  return [{ ...broken, ...(field !== undefined && field !== '' && { field }) }];
}

/** Fields that the current schema does not promise. */
function missingFields(reliance: ConsumerReliance): readonly BrokenReliance[] {
  const { event, fields = [] } = reliance;
  const schema = publishedSchema(event);
  return fields.flatMap((field) => {
    const missing = missingInSchema(schema, field);
    if (missing === undefined) return [];
    const { detail, members } = missing;
    const remedy =
      detail === 'absent'
        ? `Keep it in the schema, or rely on another member; there are ${members.join(', ') || 'none'}`
        : 'Require it, or rely on it as on one that may be absent, with ? at its end';
    const what = `the current schema ${detail === 'absent' ? 'has no such member' : 'does not require it'}`;
    return [{ ...whose(reliance), revision: event.revision, field: bare(field), detail: what, remedy }];
  });
}

function unpublished(reliance: ConsumerReliance, found: PublishedBeside): readonly BrokenReliance[] {
  const { type } = reliance.event;
  if (found.has(type) || isRuntimeType(type)) return [];
  const detail = `it is not published in ${found.place}`;
  return [{ ...whose(reliance), detail, remedy: 'Publish it, or put back what was removed' }];
}

const whose = ({
  consumer,
  context,
  event,
}: ConsumerReliance): Pick<BrokenReliance, 'consumer' | 'context' | 'event'> => ({
  consumer,
  ...(context !== undefined && { context }),
  event: event.type,
});

function concerns(fields: readonly string[] | undefined, changed: string): boolean {
  if (fields === undefined || changed === '') return true;
  return fields.map(bare).some((field) => isSameOrWithin(field.split('.'), changed.split('.')));
}

/** Whether the one is the other, or within it, where `*` is any part. */
function isSameOrWithin(one: readonly string[], other: readonly string[]): boolean {
  const parts = one.slice(0, other.length);
  return parts.every((part, index) => part === other[index] || part === '*' || other[index] === '*');
}

const fieldAt = (path: readonly PropertyKey[]): string =>
  path.map((part) => (typeof part === 'number' ? '*' : String(part))).join('.');

const bare = (field: string): string => field.replace(/\?$/, '');

function recordedFrom(type: string, revision: number, { data, tags, metadata }: Example): RecordedEvent {
  return Object.freeze({
    position: position(1),
    type,
    revision,
    tags: Object.freeze(tags ?? []),
    data,
    time: '2026-01-31T12:00:00.000Z',
    commit: commitId('example'),
    metadata: Object.freeze(metadata ?? {}),
  });
}
