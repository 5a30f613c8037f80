/** Compiled folds compared with XState, over random machines and events. */
import fc from 'fast-check';
import type { FoldEvent, FoldState } from '../../src/runtime/fold/fold-state.js';
import { foldOf } from '../../src/runtime/fold/fold.js';
import { FEATURES, PLACES, type Feature } from '../support/machine-features.js';
import type { PlannedMachine } from '../support/planned-machine.js';
import { randomEvents, randomMachines } from '../support/random-machines.js';
import {
  acceptedWhenRestored,
  ENDLESS,
  restored,
  restoredStepsOfXState,
  reversed,
  stepsOfFold,
  stepsUntilDone,
  type Steps,
} from '../support/stepwise.js';

const MACHINES = Number(process.env['LEFTFOLD_TEST_MACHINES'] ?? '500');
/** For one law, in milliseconds. */
const TIMEOUT_MS = 120_000 + MACHINES * 100;

type Law = (planned: PlannedMachine, events: readonly FoldEvent[]) => void;

function isLaw(law: Law): void {
  fc.assert(fc.property(randomMachines, randomEvents, law), { numRuns: MACHINES });
}

interface Circumstances {
  /** What is left out of the machine. */
  readonly without?: Feature;
  /** What happens to the state between two steps. */
  readonly between?: (state: FoldState) => FoldState;
}

/** The steps of the machine's fold; a machine with an endless loop at its start has none. */
function foldedSteps(
  planned: PlannedMachine,
  events: readonly FoldEvent[],
  { without, between }: Circumstances = {},
): Steps {
  try {
    return stepsOfFold(foldOf(planned.machine(without)), events, between);
  } catch (error) {
    expect(String(error)).toContain('does not come to rest');
    return [ENDLESS];
  }
}

describe('the fold of a random machine', () => {
  it(
    'takes each step as XState does from the same state',
    () => {
      isLaw((planned, events) => {
        expect(foldedSteps(planned, events)).toEqual(restoredStepsOfXState(planned.machine(), events));
      });
    },
    TIMEOUT_MS,
  );

  it.each([
    ['is read from a snapshot, without changing it', restored],
    ['has its regions in another order', reversed],
  ])(
    'takes the same steps when each state %s',
    (_, between) => {
      isLaw((planned, events) => {
        expect(foldedSteps(planned, events, { between })).toEqual(foldedSteps(planned, events));
      });
    },
    TIMEOUT_MS,
  );

  it(
    'takes the steps of a machine that XState keeps running, unless there are eventless transitions, until it is done',
    () => {
      isLaw((planned, events) => {
        const running = stepsUntilDone(planned.machine('eventless transitions'), events);
        const folded = foldedSteps(planned, events, { without: 'eventless transitions' });
        expect(folded.slice(0, running.length)).toEqual(running);
      });
    },
    TIMEOUT_MS,
  );

  it(
    'accepts an event exactly when XState can take it',
    () => {
      isLaw((planned, events) => {
        const machine = planned.machine();
        const states = foldedSteps(planned, events).filter((step) => step !== ENDLESS);
        fc.pre(states.length > 0);
        const fold = foldOf(machine);
        const accepted = states.map((state) =>
          events.map((event) => fold.accepts(state as FoldState, event)),
        );
        expect(accepted).toEqual(acceptedWhenRestored(machine, states, events));
      });
    },
    TIMEOUT_MS,
  );
});

describe('the random machines', () => {
  /** How many machines must depend on each feature, or have such a state. */
  const ENOUGH = 5;
  /** A fixed sample, so that what it covers does not vary. */
  const sample = fc.sample(fc.tuple(randomMachines, randomEvents), { numRuns: MACHINES, seed: 20260131 });

  it(
    'depend on each of their features',
    () => {
      const differences = new Map<Feature, number>(FEATURES.map((feature) => [feature, 0]));
      for (const [planned, events] of sample) {
        const wanted = [...planned.used].filter((feature) => (differences.get(feature) ?? 0) < ENOUGH);
        const whole = JSON.stringify(foldedSteps(planned, events));
        for (const without of wanted) {
          const differs = JSON.stringify(foldedSteps(planned, events, { without })) !== whole;
          differences.set(without, (differences.get(without) ?? 0) + Number(differs));
        }
      }
      expect([...differences].filter(([, seen]) => seen < ENOUGH)).toEqual([]);
    },
    TIMEOUT_MS,
  );

  it('have states of every kind in every place', () => {
    const counted = new Map<string, number>(PLACES.map((place) => [place, 0]));
    for (const place of sample.flatMap(([planned]) => [...planned.places])) {
      counted.set(place, (counted.get(place) ?? 0) + 1);
    }
    expect([...counted].filter(([, seen]) => seen < ENOUGH)).toEqual([]);
  });

  it('end their loops and reach more than three states, at least one in three machines', () => {
    const lively = sample.filter(([planned, events]) => {
      const steps = foldedSteps(planned, events).map((step) => JSON.stringify(step));
      return !steps.includes(JSON.stringify(ENDLESS)) && new Set(steps).size > 3;
    });
    expect(lively.length).toBeGreaterThan(MACHINES / 3);
  });
});
