/** How many a second. */
import { MovingRate } from './moving-rate.js';

function given(): { rate: MovingRate; clock: { now: number } } {
  const clock = { now: 5_000_300 };
  return { rate: new MovingRate(() => clock.now), clock };
}

describe('a moving rate', () => {
  it('is nothing before anything was counted', () => {
    expect(given().rate.perSecond()).toBe(0);
  });

  it('is of the time since it began, while that is short, but of a second at least', () => {
    const { rate, clock } = given();
    rate.add(30);
    expect(rate.perSecond()).toBe(30);
    clock.now += 2_000;
    rate.add(30);
    expect(rate.perSecond()).toBe(30);
  });

  it('is of the last ten seconds', () => {
    const { rate, clock } = given();
    rate.add(1_000_000);
    for (let second = 1; second <= 60; second += 1) {
      clock.now += 1_000;
      rate.add(7);
    }
    expect(rate.perSecond()).toBe(7);
  });

  it('forgets what is longer ago, without being told anything', () => {
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
