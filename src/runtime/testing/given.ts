/** Tests that read as rules: given these events, when this command, then these events or this refusal. */
import type { AnyContract } from '../event-log/contracts/event-contract.js';
import { upcasted } from '../event-log/contracts/upcasting.js';
import { EventLog } from '../event-log/event-log.js';
import type { NewEvent, Position, RecordedEvent } from '../event-log/event.js';
import type { JointDecider, JointDecision } from '../command/decide-together.js';
import { allows, type AnyDecider, type Decider } from '../command/decider.js';
import type { Decides } from '../command/commands.js';
import { execute, executeTogether, load } from '../command/execute.js';
import type { AnyInputSchema, InputOf } from '../command/input-schema.js';
import type { ProjectionDefinition, View } from '../projection/define-projection.js';
import type { EntityProjectionDefinition } from '../projection/entities/define-entity-projection.js';
import { isEntityProjection } from '../projection/entities/define-entity-projection.js';
import { MemoryStore } from '../stores/memory.store.js';
import { carryOut } from './carry-out.js';
import { about, commitOf, registryOf, storedEvents, type GivenEvent } from './given-events.js';
import { eventDifferences, outcomeOf, requireOutcome, showEvent, type Expected } from './outcome.js';
import { begin, finish, finishBy } from './require-finished.js';
import { entitiesAfter, requireEntities, requireView, viewAfter } from './views.js';
import { assertFor, assertionError, callOf, shown } from './shown.js';

export interface GivenOptions {
  /** Of events that neither the decider nor the projection of the test consumes, as those of unique values. */
  readonly contracts?: readonly AnyContract[];
}

/** A command that is to be carried out. Nothing happens before `then`. */
export interface When {
  /**
   * Carries out the command as `execute` does, over a log in memory. Events are compared by type and data, and by tags where an
   * expected event has tags.
   *
   * @param expected what it records, all of it and in this order; or the refusal
   * @throws AssertionError that shows what differs
   * @throws Error for what is no outcome: a defect that `decide` throws, an event that breaks its contract, an unknown command
   */
  then(expected: Expected): Promise<void>;
}

/**
 * What was recorded before, each event as a commit of its own: the first has position 1. Positions, times and, where the test says which
 * subject it is about, tags are filled in.
 *
 *     await given([accountOpened.create({ account: 'a' })])
 *       .when(account, 'a', 'deposit', { cents: 5 })
 *       .then([moneyDeposited.create({ account: 'a', cents: 5 })]);
 */
export function given(events: readonly GivenEvent[], options: GivenOptions = {}): Given {
  const scenario = new Given(events, options);
  begin(scenario, nameOf(events), given);
  return scenario;
}

export class Given {
  readonly #contracts: readonly AnyContract[];

  /** @internal `given` makes it. */
  constructor(
    private readonly events: readonly GivenEvent[],
    { contracts = [] }: GivenOptions,
  ) {
    this.#contracts = contracts;
  }

  /**
   * A command of the decider, by its name. Given events without tags get those of the subject, if the decider consumes them. One that creates a subject
   * which is named by its position is carried out whatever the id, as over HTTP.
   */
  when<
    Id,
    Context,
    Schemas extends { readonly [Each in keyof Schemas]: AnyInputSchema },
    Name extends keyof Schemas & string,
  >(
    decider: Decider<Id, Context, Schemas>,
    id: NoInfer<Id>,
    command: Name,
    input: InputOf<Schemas[Name]>,
  ): When;
  /** A command that is defined apart from its decider, or a decision about several subjects (`about` gives events their tags). */
  when<Id, Context, Input>(
    decider: JointDecider<Id, Context>,
    id: NoInfer<Id>,
    command: Decides<Context, NoInfer<Input>, Id>,
    input: Input,
  ): When;
  /** A decision about several subjects with a command of its own. */
  when<Contexts, Schema extends AnyInputSchema>(
    decision: JointDecision<Contexts, Schema>,
    input: InputOf<Schema>,
  ): When;
  when(
    decider: AnyDecider | JointDecider<unknown, unknown> | JointDecision<unknown, AnyInputSchema>,
    ...[id, command, input]: readonly unknown[]
  ): When {
    finish(this);
    const outcome = async (): Promise<ReturnType<typeof outcomeOf>> => {
      if ('kind' in decider) {
        const joint = decider;
        const log = await this.#log(
          this.events,
          contractsIn(joint.command.records),
          `the decision ${joint.name}`,
        );
        return outcomeOf(log, () => executeTogether(log, joint, id as never));
      }
      if (!('consumes' in decider)) {
        const log = await this.#log(this.events, [], 'the decision');
        return outcomeOf(log, () =>
          execute(log, decider, id, command as Decides<unknown, unknown, unknown>, input),
        );
      }
      requireCommand(decider, command);
      const events = aboutConsumed(decider, id, this.events);
      const log = await this.#log(events, decider.consumes, `the decider ${decider.name}`);
      return outcomeOf(log, () => carryOut(log, decider, { id, command, input }));
    };
    const when: When = {
      then: async (expected, ...more: readonly unknown[]) => {
        if (typeof expected === 'function') {
          finish(when);
          const forgotten = new Error('nothing is expected; add .then([ … ]) or .then(refused( … ))');
          (more[0] as (error: Error) => void)(forgotten);
          return;
        }
        const found = await finishBy(when, outcome);
        assertFor(when, 'then', () => {
          requireOutcome(expected, found);
        });
      },
    };
    const name = 'name' in decider ? decider.name : 'the decision';
    begin(when, `${nameOf(this.events)}, ${nameOfCommand(name, id, command)}`, callOf(this, 'when'));
    return when;
  }

  /** The names of the commands that the subject's state allows, in any order: those that are offered as links. */
  async expectCommands<Id>(
    decider: Decider<Id, unknown, unknown> | AnyDecider,
    id: Id,
    names: readonly string[],
  ): Promise<void> {
    const { name, consumes, commands } = decider as AnyDecider;
    const { state } = await finishBy(this, async () => {
      const events = aboutConsumed(decider as AnyDecider, id, this.events);
      const log = await this.#log(events, consumes, `the decider ${name}`);
      return load(log, decider as AnyDecider, id);
    });
    const allowed = Object.entries(commands).filter(([, command]) =>
      allows(decider as AnyDecider, state, command as { readonly records: AnyContract }),
    );
    const found = allowed.map(([each]) => each).toSorted();
    const expected = [...names].toSorted();
    if (found.join() === expected.join()) return;
    const where = JSON.stringify(state.value).replaceAll('"', '');
    assertFor(this, 'expectCommands', () => {
      throw assertionError(
        `the commands ${expected.join(', ') || 'none'} were expected; ${where} allows ${found.join(', ') || 'none'}`,
        { expected: expected.join('\n'), actual: found.join('\n') },
      );
    });
  }

  /** What the projection answers with. Folded at once, so there is nothing to wait for. @throws AssertionError */
  expectView<Context>(projection: ProjectionDefinition<Context>, view: View): void;
  /** What the entity of this key is answered with, without `key` and `position`; undefined: there is none. @throws AssertionError */
  expectView<Context>(
    projection: EntityProjectionDefinition<Context>,
    key: string,
    view: View | undefined,
  ): void;
  expectView(
    projection: ProjectionDefinition | EntityProjectionDefinition,
    ...given: readonly [View] | readonly [string, View | undefined]
  ): void {
    const events = this.#consumedBy(projection);
    assertFor(this, 'expectView', () => {
      if (isEntityProjection(projection)) {
        const [key, view] = given as readonly [string, View | undefined];
        const found = entitiesAfter(projection, events).get(key);
        requireView(`${projection.name}, ${key}`, view, found);
      } else {
        const [view] = given as readonly [View];
        requireView(projection.name, view, viewAfter(projection, events));
      }
    });
  }

  /** All entities of the projection by key, in any order: what each is answered with, without `key` and `position`. @throws AssertionError */
  expectEntities<Context>(
    projection: EntityProjectionDefinition<Context>,
    views: Readonly<Record<string, View>>,
  ): void {
    const definition = projection as EntityProjectionDefinition;
    const found = entitiesAfter(definition, this.#consumedBy(definition));
    assertFor(this, 'expectEntities', () => {
      requireEntities(projection.name, views, found);
    });
  }

  /** What consumers are given: the events in their current revisions, as their upcasters make them. @throws AssertionError */
  expectEvents(expected: readonly NewEvent[]): void {
    finish(this);
    const events = this.#upcasted([], 'the test');
    const lines = eventDifferences(expected, events);
    if (lines === undefined) return;
    assertFor(this, 'expectEvents', () => {
      throw assertionError(`other events are read than expected\n\n${lines.join('\n')}\n`, {
        expected: expected.map(showEvent).join('\n'),
        actual: events.map(showEvent).join('\n'),
      });
    });
  }

  #consumedBy({ name, consumes }: Pick<ProjectionDefinition, 'name' | 'consumes'>): readonly RecordedEvent[] {
    finish(this);
    const types = new Set(consumes.map(({ type }) => type));
    return this.#upcasted(consumes, `the projection ${name}`).filter(({ type }) => types.has(type));
  }

  #upcasted(consumes: readonly AnyContract[], consumer: string): readonly RecordedEvent[] {
    const registry = registryOf(this.events, consumes, this.#contracts);
    return storedEvents(this.events, registry, consumer).flatMap((event) =>
      upcasted(event, registry.contractOf),
    );
  }

  async #log(
    events: readonly GivenEvent[],
    consumes: readonly AnyContract[],
    consumer: string,
  ): Promise<EventLog> {
    const registry = registryOf(events, consumes, this.#contracts);
    const store = new MemoryStore();
    for (const event of storedEvents(events, registry, consumer)) await store.append(commitOf(event));
    const log = new EventLog(store);
    log.contracts.register(registry.all());
    return log;
  }
}

/** As in `given account.opened, money.deposited`. */
function nameOf(events: readonly GivenEvent[]): string {
  const types = events.slice(0, MAX_NAMED).map(({ type }) => type);
  const more = events.length - types.length;
  return `given ${types.join(', ') || 'no events'}${more > 0 ? ` and ${more} more` : ''}`;
}

const MAX_NAMED = 3;

/** As in `when account 'a': withdraw`, or `when transfer` for a decision about several subjects. */
const nameOfCommand = (name: string, id: unknown, command: unknown): string =>
  typeof command === 'string' ? `when ${name} ${shown(id)}: ${command}` : `when ${name}`;

/** Those that the decider does not consume keep having no tags. */
function aboutConsumed(
  { consumes, subject }: AnyDecider,
  id: unknown,
  events: readonly GivenEvent[],
): readonly GivenEvent[] {
  const tagged = about({ subject: (each) => subject(each as Position) }, id, events);
  return events.map((event, index) =>
    consumes.some(({ type }) => type === event.type) ? (tagged[index] ?? event) : event,
  );
}

function contractsIn(records: AnyContract | Readonly<Record<string, AnyContract>>): readonly AnyContract[] {
  return typeof records.type === 'string'
    ? [records as AnyContract]
    : Object.values(records as Readonly<Record<string, AnyContract>>);
}

function requireCommand({ name, commands }: AnyDecider, command: unknown): void {
  if (typeof command !== 'string') return;
  const names = Object.keys(commands as object);
  if (!names.includes(command))
    throw new Error(
      `the decider ${name} has no command ${command}; it has ${names.join(', ') || 'none: give the command itself'}`,
    );
}
