/** Which commands a decider allows. */
import { createMachine } from 'xstate';
import { close, doorDecider, open } from '../../../test/support/doors.js';
import { Problem } from '../http/kernel/problem.js';
import { allows, defineDecider } from './decider.js';

describe('a decider', () => {
  it('allows a command when the state of its subject has a transition for the event that it records', () => {
    expect(allows(doorDecider, doorDecider.fold.initial, open)).toBe(true);
  });

  it('does not allow a command when the state has no such transition', () => {
    expect(allows(doorDecider, doorDecider.fold.initial, close)).toBe(false);
  });

  it('allows another command after the first was carried out', () => {
    const opened = doorDecider.fold.step(doorDecider.fold.initial, { type: open.records.type });
    expect(allows(doorDecider, opened, open)).toBe(false);
    expect(allows(doorDecider, opened, close)).toBe(true);
  });

  it('is refused with the name of the state when its machine is not pure', () => {
    const machine = createMachine({ id: 'm', initial: 's', states: { s: { after: { 5: 's' } } } });
    expect(() =>
      defineDecider({
        name: 'm',
        machine,
        consumes: [],
        subject: () => ({ query: [] }),
        refusal: () => new Problem('conflict', 'no', 'No', 'No.'),
      }),
    ).toThrow('machine m, state s');
  });
});
