import { createActor, fromCallback, type Actor } from 'xstate';
import { position } from '../event-log/event.js';
import { projectionMachine, type LifecycleEvent, type ProjectionFault } from './projection.machine.js';

const fault: ProjectionFault = {
  position: position(7),
  error: new Error('too much'),
  message: 'Error: too much',
  since: new Date(0),
};

interface Given {
  readonly actor: Actor<typeof projectionMachine>;
  /** How often the work began and ended. */
  readonly work: { begun: number; ended: number };
  readonly after: (...events: readonly LifecycleEvent[]) => unknown;
}

function lifecycle(): Given {
  const work = { begun: 0, ended: 0 };
  const folding = fromCallback<LifecycleEvent>(() => {
    work.begun += 1;
    return () => {
      work.ended += 1;
    };
  });
  const actor = createActor(projectionMachine.provide({ actors: { folding } }));
  actor.start();
  return {
    actor,
    work,
    after: (...events) => {
      for (const event of events) actor.send(event);
      return actor.getSnapshot().value;
    },
  };
}

describe('the lifecycle of a projection', () => {
  it('begins by recovering, with the work begun', () => {
    const { after, work } = lifecycle();
    expect(after()).toEqual({ running: 'recovering' });
    expect(work).toEqual({ begun: 1, ended: 0 });
  });

  it('follows once it has caught up, with the same work', () => {
    const { after, work } = lifecycle();
    expect(after({ type: 'caught up' })).toEqual({ running: 'following' });
    expect(work).toEqual({ begun: 1, ended: 0 });
  });

  it.each<[string, readonly LifecycleEvent[]]>([
    ['recovering', []],
    ['following', [{ type: 'caught up' }]],
  ])('is faulted by a fault while %s: the work ends, and the fault is kept', (_, before) => {
    const { actor, after, work } = lifecycle();
    expect(after(...before, { type: 'fault', fault })).toBe('faulted');
    expect(work.ended).toBe(1);
    expect(actor.getSnapshot().context.fault).toBe(fault);
  });

  it('keeps the first fault', () => {
    const { actor, after } = lifecycle();
    after({ type: 'fault', fault }, { type: 'fault', fault: { ...fault, position: position(8) } });
    expect(actor.getSnapshot().context.fault).toBe(fault);
  });

  it('does not come back from a fault by itself', () => {
    expect(lifecycle().after({ type: 'fault', fault }, { type: 'caught up' })).toBe('faulted');
  });

  it('resumes when it is told to, with the work begun anew, and keeps the fault until it has caught up', () => {
    const { actor, after, work } = lifecycle();
    expect(after({ type: 'fault', fault }, { type: 'resume' })).toEqual({ running: 'resuming' });
    expect(work).toEqual({ begun: 2, ended: 1 });
    expect(actor.getSnapshot().context.fault).toBe(fault);
    expect(after({ type: 'caught up' })).toEqual({ running: 'following' });
    expect(actor.getSnapshot().context.fault).toBeUndefined();
  });

  it('is faulted again when it resumes in vain', () => {
    const { actor, after } = lifecycle();
    const again = { ...fault, position: position(9) };
    after({ type: 'fault', fault }, { type: 'resume' }, { type: 'fault', fault: again });
    expect(actor.getSnapshot().value).toBe('faulted');
    expect(actor.getSnapshot().context.fault).toBe(again);
  });

  it.each<[string, readonly LifecycleEvent[], unknown]>([
    ['recovering', [], { running: 'recovering' }],
    ['following', [{ type: 'caught up' }], { running: 'following' }],
    ['stopped', [{ type: 'stop' }], 'stopped'],
  ])('does not resume while %s', (_, before, value) => {
    const { after, work } = lifecycle();
    expect(after(...before, { type: 'resume' })).toEqual(value);
    expect(work.begun).toBe(1);
  });

  it('recovers anew when what it has folded is to be skipped', () => {
    const { after, work } = lifecycle();
    expect(after({ type: 'caught up' }, { type: 'refold' })).toEqual({ running: 'recovering' });
    expect(work).toEqual({ begun: 2, ended: 1 });
  });

  it.each<[string, readonly LifecycleEvent[]]>([
    ['recovering', []],
    ['following', [{ type: 'caught up' }]],
    ['faulted', [{ type: 'fault', fault }]],
  ])('can be stopped while %s, and that is the end', (_, before) => {
    const { actor, after, work } = lifecycle();
    expect(after(...before, { type: 'stop' })).toBe('stopped');
    expect(actor.getSnapshot().status).toBe('done');
    expect(work).toEqual({ begun: 1, ended: 1 });
  });

  it('has no work of its own: the projection provides it', () => {
    const errors: unknown[] = [];
    const actor = createActor(projectionMachine);
    actor.subscribe({ error: (error) => errors.push(error) });
    actor.start();
    expect(errors).toEqual([new Error('folding is provided by the projection')]);
  });
});
