/** Where a machine's functions are (machine, state, name), so that an error can name the one that is at fault. */

const places = new WeakMap<object, () => string>();

/** @param place made only if it is asked for */
export function placed<Action extends object>(action: Action, place: () => string): Action {
  places.set(action, place);
  return action;
}

export function placeOfAction(action: object): string | undefined {
  return places.get(action)?.();
}

/** By the error that a function threw. A map, so that the error itself stays as it was thrown. */
const blamed = new WeakMap<object, () => string>();

/** Remembers which function threw the error; the first to say so is nearest to it. @returns the error */
export function blame(error: unknown, place: (() => string) | undefined): unknown {
  if (typeof error === 'object' && error !== null && place !== undefined && !blamed.has(error))
    blamed.set(error, place);
  return error;
}

export const blameAction = (error: unknown, action: object): unknown => blame(error, places.get(action));

export function placeBlamedFor(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null ? blamed.get(error)?.() : undefined;
}

export type ActionObserver = (action: object, context: object) => void;

let observer: ActionObserver | undefined;

/** Called with each action that was run, and the context that it returned, while `work` runs. Folds are synchronous, so no other one is observed. */
export function observingActions<Result>(each: ActionObserver, work: () => Result): Result {
  const before = observer;
  observer = each;
  try {
    return work();
  } finally {
    observer = before;
  }
}

export function actionRan(action: object, context: object): void {
  observer?.(action, context);
}
