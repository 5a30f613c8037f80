/** Operational signals. */
import { EventEmitter2 } from '@nestjs/event-emitter';
import { signal } from './signals.js';

describe('signal', () => {
  const payload = { projection: 'sum', position: 7, bytes: 100 };

  it('is heard by its listeners', () => {
    const emitter = new EventEmitter2();
    const heard: unknown[] = [];
    emitter.on('snapshot.taken', (each) => heard.push(each));
    signal(emitter, 'snapshot.taken', payload, () => undefined);
    expect(heard).toEqual([payload]);
  });

  it('is heard by a listener for a group of signals', () => {
    const emitter = new EventEmitter2({ wildcard: true });
    const heard: unknown[] = [];
    emitter.on('snapshot.*', (each) => heard.push(each));
    signal(emitter, 'snapshot.taken', payload, () => undefined);
    expect(heard).toEqual([payload]);
  });

  it('lets the sender go on when a listener throws, and reports it', () => {
    const emitter = new EventEmitter2();
    const failure = new Error('failed');
    const reported: unknown[] = [];
    emitter.on('snapshot.taken', () => {
      throw failure;
    });
    signal(emitter, 'snapshot.taken', payload, (error) => reported.push(error));
    expect(reported).toEqual([failure]);
  });
});
