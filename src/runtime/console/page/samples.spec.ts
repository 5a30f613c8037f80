/** How the head of the log was seen to grow. */
import { presentRate, ratesOf, withSample, type Sample } from './samples.js';

const every2s = (...heads: readonly number[]): readonly Sample[] =>
  heads.map((head, index) => ({ time: index * 2000, head }));

describe('samples of the head', () => {
  it('give the rate between one and the next', () => {
    expect(ratesOf(every2s(10, 10, 30))).toEqual([
      { time: 2, eventsPerSecond: 0 },
      { time: 4, eventsPerSecond: 10 },
    ]);
  });

  it('give no rate from one alone', () => {
    expect(ratesOf(every2s(10))).toEqual([]);
    expect(presentRate(every2s(10))).toBeUndefined();
    expect(presentRate([])).toBeUndefined();
  });

  it('tell the present rate over the last ten seconds', () => {
    expect(presentRate(every2s(0, 1000, 1000, 1000, 1000, 1000, 1100))).toBe(10);
  });

  it('are forgotten after ten minutes', () => {
    let samples: readonly Sample[] = [];
    for (const sample of every2s(...Array.from({ length: 1000 }, (_, index) => index)))
      samples = withSample(samples, sample);
    expect(samples).toHaveLength(300);
    expect(samples.at(-1)?.head).toBe(999);
  });

  it('begin anew when the head has gone back', () => {
    expect(withSample(every2s(10, 20), { time: 9000, head: 3 })).toEqual([{ time: 9000, head: 3 }]);
  });
});
