/** The rate of events per second. */
import { MovingRate } from './moving-rate.js';

function given(): { rate: MovingRate; clock: { now: number } } {
  const clock = { now: 5_000_300 };
  return { rate: new MovingRate(() => clock.now), clock };
}

describe('a moving rate', () => {
  it('is 0 before anything was counted', () => {
    expect(given().rate.perSecond()).toBe(0);
  });

  it('is over the time since the start if that is shorter, but at least one second', () => {
    const { rate, clock } = given();
    rate.add(30);
    expect(rate.perSecond()).toBe(30);
    clock.now += 2_000;
    rate.add(30);
    expect(rate.perSecond()).toBe(30);
  });

  it('is over the last ten seconds', () => {
    const { rate, clock } = given();
    rate.add(1_000_000);
    for (let second = 1; second <= 60; second += 1) {
      clock.now += 1_000;
      rate.add(7);
    }
    expect(rate.perSecond()).toBe(7);
  });

  it('forgets older counts by itself', () => {
    const { rate, clock } = given();
    rate.add(100);
    clock.now += 9_000;
    expect(rate.perSecond()).toBeCloseTo(100 / 9);
    clock.now += 2_000;
    expect(rate.perSecond()).toBe(0);
    clock.now += 3_600_000;
    rate.add(10);
    expect(rate.perSecond()).toBe(1);
  });
});
