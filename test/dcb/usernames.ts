/** Names that one account at a time can have (dcb.events: unique username). */
import { assign, setup } from 'xstate';
import { z } from 'zod';
import { decideTogether } from '../../src/runtime/command/decide-together.js';
import { defineDecider, type Command } from '../../src/runtime/command/decider.js';
import { defineEvent, type RecordedOf } from '../../src/runtime/event-log/contracts/event-contract.js';
import { tag, type NewEvent, type Tag } from '../../src/runtime/event-log/event.js';
import { Refused } from '../support/refused.js';

/** How long nobody may have a name that was given up, in milliseconds. */
export const REST = 3 * 24 * 60 * 60 * 1000;

const schema = z.strictObject({ username: z.string().min(1), account: z.string().min(1) });

export const usernameClaimed = defineEvent({ type: 'username.claimed', schema });
export const usernameReleased = defineEvent({ type: 'username.released', schema });

export const usernameContracts = [usernameClaimed, usernameReleased];

/** Names that differ in upper and lower case only are the same name. */
const ofUsername = (username: string): Tag => tag(`username:${username.toLowerCase()}`);

export interface UsernameContext {
  readonly account: string | undefined;
  readonly releasedAt: string | undefined;
}

/** free ──claimed──▶ taken ──released──▶ resting ──claimed──▶ taken */
const usernameMachine = setup({
  types: {
    context: {} as UsernameContext,
    events: {} as RecordedOf<typeof usernameClaimed> | RecordedOf<typeof usernameReleased>,
  },
  actions: {
    own: assign({ account: ({ event }) => event.data.account }),
    rest: assign({ account: undefined, releasedAt: ({ event }) => event.time }),
  },
}).createMachine({
  id: 'username',
  context: { account: undefined, releasedAt: undefined },
  initial: 'free',
  states: {
    free: { on: { 'username.claimed': { target: 'taken', actions: 'own' } } },
    taken: { on: { 'username.released': { target: 'resting', actions: 'rest' } } },
    resting: { on: { 'username.claimed': { target: 'taken', actions: 'own' } } },
  },
});

const taken = (username: string): Refused => new Refused('username-taken', `${username} is taken.`);
const notYours = (username: string): Refused =>
  new Refused('username-not-yours', `${username} is not a name of this account.`);

export const usernameDecider = defineDecider({
  name: 'username',
  machine: usernameMachine,
  consumes: usernameContracts,
  subject: (username: string) => ({ query: [{ tags: [ofUsername(username)] }] }),
  refusal: (_, username, records) => (records === usernameClaimed ? taken(username) : notYours(username)),
});

export interface Claim {
  readonly username: string;
  readonly account: string;
  readonly now: Date;
}

export const claim: Command<UsernameContext, Claim> = {
  records: usernameClaimed,
  decide: ({ context }, asked) => [claimed(context, asked)],
};

export const release: Command<UsernameContext, Omit<Claim, 'now'>> = {
  records: usernameReleased,
  decide: ({ context }, asked) => [released(context, asked)],
};

export interface Renaming {
  readonly from: string;
  readonly to: string;
}

/** One name is given up and another one taken, or neither. */
export const renamingDecider = decideTogether(({ from, to }: Renaming) => ({
  from: usernameDecider.decisionModel(from, usernameReleased),
  to: usernameDecider.decisionModel(to, usernameClaimed),
}));

export const rename: Command<
  { readonly from: UsernameContext; readonly to: UsernameContext },
  Renaming & { readonly account: string; readonly now: Date }
> = {
  records: usernameClaimed,
  decide: ({ context: { from, to } }, asked) => [
    released(from, { username: asked.from, account: asked.account }),
    claimed(to, { username: asked.to, account: asked.account, now: asked.now }),
  ],
};

function claimed({ releasedAt }: UsernameContext, { username, account, now }: Claim): NewEvent {
  if (releasedAt !== undefined && now.getTime() - Date.parse(releasedAt) < REST) throw taken(username);
  return usernameClaimed.create({ username, account }, [ofUsername(username)]);
}

function released(context: UsernameContext, { username, account }: Omit<Claim, 'now'>): NewEvent {
  if (context.account !== account) throw notYours(username);
  return usernameReleased.create({ username, account }, [ofUsername(username)]);
}
