/** When appends that wait are a fault of the store. */
import { AppendProgress, MAX_APPEND_WAIT_MS } from './append-progress.js';

describe('the progress of appends', () => {
  let elapsed: number;
  let progress: AppendProgress;

  beforeEach(() => {
    elapsed = 1_000;
    progress = new AppendProgress(
      () => elapsed,
      () => Date.UTC(2026, 0, 31),
    );
  });

  it('is no stall while nothing waits, however long ago the last append was', () => {
    progress.began();
    progress.ended(true);
    elapsed += 10 * MAX_APPEND_WAIT_MS;
    expect(progress.stall()).toBeUndefined();
  });

  it('is no stall when an append has just begun after a long pause', () => {
    elapsed += 10 * MAX_APPEND_WAIT_MS;
    progress.began();
    expect(progress.stall()).toBeUndefined();
  });

  it('is a stall when appends wait and none is answered within the bound', () => {
    progress.began();
    progress.began();
    elapsed += MAX_APPEND_WAIT_MS;
    expect(progress.stall()).toEqual({
      code: 'appends-stalled',
      detail: '2 appends wait, and none was answered for 10 s.',
    });
  });

  it('is no stall while others are answered', () => {
    progress.began();
    progress.began();
    elapsed += MAX_APPEND_WAIT_MS;
    progress.ended(false);
    expect(progress.stall()).toBeUndefined();
  });

  it('tells when the last append succeeded', () => {
    progress.began();
    progress.ended(false);
    expect(progress.last).toBeUndefined();
    progress.began();
    progress.ended(true);
    expect(progress.last).toEqual(new Date('2026-01-31T00:00:00.000Z'));
  });
});
