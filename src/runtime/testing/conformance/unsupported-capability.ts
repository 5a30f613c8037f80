/** What a store owes that lacks a capability: to say so. */
import { EventStore } from '../../event-log/event-store.js';
import { START } from '../../event-log/event.js';
import { expect } from './test-runner.js';

/** A sentence, not a code: at least four words. */
const SENTENCE = /\S+(\s+\S+){3,}/;

/** It is refused with an error that says why, or what is opened can be taken for the same log by nobody. */
export async function expectUnsupported(opening: Promise<EventStore>, original: EventStore): Promise<void> {
  const opened: unknown = await opening.catch((error: unknown) => error);
  if (!(opened instanceof EventStore)) {
    expect(opened).toBeInstanceOf(Error);
    // A mistake of the driver's, which nobody meant as an answer.
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
