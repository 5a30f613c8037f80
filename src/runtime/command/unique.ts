/** Values that only one subject may have (an e-mail address, a seat), and numbers without gaps, by append conditions. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { defineEvent, type EventContract } from '../event-log/contracts/event-contract.js';
import { tag, type NewEvent, type Tag } from '../event-log/event.js';
import { Problem } from '../http/kernel/problem.js';
import type { FoldState } from '../fold/fold-state.js';
import { defineDecider, type Decider } from './decider.js';
import type { Claim, DecisionModel, Subject } from './decision-model.js';
import { sequenceMachine, uniqueMachine, type Claimed } from './unique.machine.js';

/** Longer ones are tagged by their digest: a tag has at most 255 characters. */
const MAX_VALUE_LENGTH = 150;

export interface OwnerContext {
  /** Null while the value is free. */
  readonly owner: string | null;
}

export interface UniqueValues {
  readonly name: string;
  readonly claimed: EventContract<string, Claimed>;
  readonly released: EventContract<string, Claimed>;
  /** For `forFeature({ contracts, deciders })`. */
  readonly contracts: readonly EventContract<string, Claimed>[];
  readonly decider: Decider<string, OwnerContext>;
  /** What a command that claims is refused with, for its documentation. */
  readonly problems: readonly Problem[];
  /** To be recorded with the owner's events. Refused while the value is taken, by the same owner too. */
  readonly claim: (value: string, owner: string) => Claim;
  /** To be recorded by a command of the owner. It needs no condition of its own if the owner's state says that it has the value. */
  readonly release: (value: string, owner: string) => NewEvent;
  /** For `decideTogether`. */
  readonly decisionModel: (value: string) => DecisionModel<OwnerContext>;
}

/**
 * Values of which each has one owner at a time, also when several processes try at once.
 *
 * Recorded as `<name>.claimed` and `<name>.released`. The value is in the log for ever: for personal data claim a digest.
 *
 * @param name lower case, as in `email`
 * @param options `normalize`: values that it makes the same are the same. Default: as they are. `refusal`: why a value cannot be claimed that
 *   is taken. Default: `409 <name>-taken`
 */
export function uniqueValues(
  name: string,
  {
    normalize = (value) => value,
    refusal = (value) => taken(name, value),
  }: {
    readonly normalize?: (value: string) => string;
    readonly refusal?: (value: string) => Problem;
  } = {},
): UniqueValues {
  const schema: z.ZodType<Claimed> = z.strictObject({ value: z.string(), owner: z.string() });
  const examples = [{ data: { value: 'one', owner: 'a' }, tags: [tagOf(name, 'one')] }];
  const claimed = defineEvent({ type: `${name}.claimed`, schema, examples });
  const released = defineEvent({ type: `${name}.released`, schema, examples });
  const contracts = [claimed, released];
  const of = (value: string): Tag => tagOf(name, normalize(value));
  const decider = defineDecider({
    name,
    machine: uniqueMachine(name),
    consumes: contracts,
    subject: (value: string) => [of(value)],
    http: false,
    refusal: (_state: FoldState, value: string, records) =>
      records === claimed
        ? refusal(value)
        : new Problem(
            'conflict',
            `${name}-not-owned`,
            `The ${name} has another owner`,
            `The ${name} ${short(value)} belongs to another.`,
          ),
  }) as Decider<string, OwnerContext>;
  return {
    name,
    claimed,
    released,
    contracts,
    decider,
    problems: [refusal('one')],
    claim: (value, owner) => ({
      event: claimed.create({ value: normalize(value), owner }, [of(value)]),
      model: decider.decisionModel(value) as DecisionModel<unknown>,
    }),
    release: (value, owner) => released.create({ value: normalize(value), owner }, [of(value)]),
    decisionModel: (value) => decider.decisionModel(value),
  };
}

export interface SequenceContext {
  /** 0 before the first. */
  readonly last: number;
}

export interface Sequence {
  /** For `decideTogether`: `last` is the number of the newest event, 0 before the first. Every other number than the next is refused. */
  readonly decisionModel: () => DecisionModel<SequenceContext>;
  readonly decider: Decider<undefined, SequenceContext>;
}

/**
 * Numbers that events of one type take: each is one more than the one before, and the first may be any integer. All these events
 * are one subject, so they are recorded one after another.
 */
export function sequenceOf<Data>(
  name: string,
  contract: EventContract<string, Data>,
  numberOf: (data: Data) => number,
): Sequence {
  const decider = defineDecider({
    name,
    machine: sequenceMachine(name, contract.type, numberOf),
    consumes: [contract],
    subject: (): Subject => ({ query: [{ types: [contract.type] }], onlyNewest: true }),
    http: false,
    refusal: ({ context }: FoldState<SequenceContext>) =>
      new Problem(
        'conflict',
        `${name}-not-next`,
        'It is not the next number',
        `The last ${name} is ${context.last}.`,
      ),
  }) as Sequence['decider'];
  return { decider, decisionModel: () => decider.decisionModel(undefined) };
}

function taken(name: string, value: string): Problem {
  return new Problem(
    'conflict',
    `${name}-taken`,
    `The ${name} is taken`,
    `The ${name} ${short(value)} is taken.`,
  );
}

function tagOf(name: string, value: string): Tag {
  const short =
    value.length <= MAX_VALUE_LENGTH
      ? value
      : `sha256-${createHash('sha256').update(value).digest('base64url')}`;
  return tag(`${name}:${short}`);
}

function short(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}
