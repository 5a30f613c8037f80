/** The consumers of parcels: a projection of what was sent and insured, and a decider that insures. */
import { assign, setup } from 'xstate';
import { defineDecider, type Command, type Decider } from '../../src/runtime/command/decider.js';
import type { AnyContract, RecordedOf } from '../../src/runtime/event-log/contracts/event-contract.js';
import { tag } from '../../src/runtime/event-log/event.js';
import { Problem } from '../../src/runtime/http/kernel/problem.js';
import {
  defineProjection,
  type ProjectionDefinition,
} from '../../src/runtime/projection/define-projection.js';
import { about, parcelInsured, parcelSent } from './parcels.js';

export interface ParcelsContext {
  readonly sent: readonly string[];
  readonly insured: readonly string[];
}

/** Lists what it consumes; throws on an insurance whose value `isBad` selects. */
export function parcelsOf(
  name: string,
  consumes: readonly AnyContract[] = [parcelSent, parcelInsured],
  isBad: (value: string) => boolean = () => false,
): ProjectionDefinition<ParcelsContext> {
  const types = consumes.map(({ type }) => type);
  const machine = setup({
    types: {
      context: {} as ParcelsContext,
      events: {} as RecordedOf<typeof parcelSent> | RecordedOf<typeof parcelInsured>,
    },
    actions: {
      send: assign({
        sent: ({ context, event }) => [...context.sent, event.data.parcel],
      }),
      insure: assign({
        insured: ({ context, event }) => {
          if ('value' in event.data && isBad(event.data.value))
            throw new RangeError(`${event.data.value} is bad`);
          return [...context.insured, event.data.parcel];
        },
      }),
    },
  }).createMachine({
    id: name,
    context: { sent: [], insured: [] },
    initial: 'open',
    states: { open: {} },
    on: {
      ...(types.includes('parcel.sent') && { 'parcel.sent': { actions: 'send' } }),
      ...(types.includes('parcel.insured') && { 'parcel.insured': { actions: 'insure' } }),
    },
  });
  return defineProjection({ name, machine, consumes, view: ({ context }) => ({ ...context }) });
}

class InsuredAlready extends Problem {
  constructor(parcel: string) {
    super(
      'conflict',
      'parcel-insured-already',
      'The parcel is insured',
      `The parcel ${parcel} is insured already.`,
    );
  }
}

const insurance = setup({
  types: {
    context: {},
    events: {} as RecordedOf<typeof parcelInsured>,
  },
}).createMachine({
  id: 'insurance',
  context: {},
  initial: 'none',
  states: { none: { on: { 'parcel.insured': 'insured' } }, insured: {} },
});

/** A parcel is insured at most once. It does not care whether it was sent. */
export const insuranceDecider: Decider<string, Readonly<Record<string, never>>> = defineDecider({
  name: 'insurance',
  machine: insurance,
  consumes: [parcelInsured],
  subject: (parcel: string) => ({ query: about(parcel) }),
  refusal: (_state, parcel) => new InsuredAlready(parcel),
});

export const insure: Command<Readonly<Record<string, never>>, string> = {
  records: parcelInsured,
  decide: (_state, parcel) => [parcelInsured.create({ parcel, value: '1.00' }, [tag(`parcel:${parcel}`)])],
};
