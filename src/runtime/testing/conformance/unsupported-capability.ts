/** The requirement for a capability that a store does not have: a clear refusal, or a log that is clearly another one. */
import { EventStore } from '../../event-log/event-store.js';
import { START } from '../../event-log/event.js';
import { expect } from './test-runner.js';

/** A sentence, and not only a code: at least four words. */
const SENTENCE = /\S+(\s+\S+){3,}/;

/** Passes if opening is refused with an error that says why, or if what is opened is empty and has another identity. */
export async function expectUnsupported(opening: Promise<EventStore>, original: EventStore): Promise<void> {
  const opened: unknown = await opening.catch((error: unknown) => error);
  if (!(opened instanceof EventStore)) {
    expect(opened).toBeInstanceOf(Error);
    // A defect of the store, and no refusal.
    expect(opened).not.toBeInstanceOf(TypeError);
    expect((opened as Error).message).toMatch(SENTENCE);
    return;
  }
  try {
    expect(opened.identity).not.toBe(original.identity);
    expect(await opened.head()).toBe(START);
  } finally {
    await opened.close();
  }
}
