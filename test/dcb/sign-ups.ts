/** Signing up, confirmed by a code that was sent by mail (dcb.events: opt-in token). */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { defineDecider, type Command } from '../../src/runtime/command/decider.js';
import { defineEvent, type RecordedOf } from '../../src/runtime/event-log/contracts/event-contract.js';
import { tag, type Tag } from '../../src/runtime/event-log/event.js';
import { Refused } from '../support/refused.js';

/** How long a code can be used, in milliseconds. */
export const LIFETIME = 60 * 60 * 1000;

const schema = z.strictObject({ email: z.email(), code: z.string().length(6), name: z.string().min(1) });

export const signUpInitiated = defineEvent({ type: 'sign-up.initiated', schema });
export const signUpConfirmed = defineEvent({ type: 'sign-up.confirmed', schema });

export const signUpContracts = [signUpInitiated, signUpConfirmed];

export interface SignUpContext {
  readonly name: string;
  readonly since: string;
}

/** unknown ──initiated──▶ pending ──confirmed──▶ confirmed */
const signUpMachine = setup({
  types: {
    context: {} as SignUpContext,
    events: {} as RecordedOf<typeof signUpInitiated> | RecordedOf<typeof signUpConfirmed>,
  },
}).createMachine({
  id: 'sign-up',
  context: { name: '', since: '' },
  initial: 'unknown',
  states: {
    unknown: {
      on: {
        'sign-up.initiated': {
          target: 'pending',
          actions: assign(({ event }) => ({ name: event.data.name, since: event.time })),
        },
      },
    },
    pending: { on: { 'sign-up.confirmed': 'confirmed' } },
    confirmed: {},
  },
});

export interface Code {
  readonly email: string;
  readonly code: string;
}

/** A code counts together with the address that it was sent to. */
const of = ({ email, code }: Code): readonly Tag[] => [tag(`email:${email}`), tag(`code:${code}`)];

export const signUpDecider = defineDecider({
  name: 'sign-up',
  machine: signUpMachine,
  consumes: signUpContracts,
  subject: (code: Code) => ({ query: [{ tags: of(code) }] }),
  refusal: ({ value }) =>
    value === 'unknown'
      ? new Refused('code-unknown', 'No such code was sent to this address.')
      : new Refused('code-used', 'The code was used before.'),
});

export const initiate: Command<SignUpContext, Code & { readonly name: string }> = {
  records: signUpInitiated,
  decide: (_, signUp) => [signUpInitiated.create(signUp, of(signUp))],
};

export const confirm: Command<SignUpContext, Code & { readonly now: Date }> = {
  records: signUpConfirmed,
  decide: ({ context: { name, since } }, { email, code, now }) => {
    if (now.getTime() - Date.parse(since) > LIFETIME)
      throw new Refused('code-expired', 'The code has expired; ask for another one.');
    return [signUpConfirmed.create({ email, code, name }, of({ email, code }))];
  },
};
