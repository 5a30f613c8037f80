/** How long expensive work has to wait. */
import { CpuBudget } from './cpu-budget.js';

/** A budget of a fifth, used up, on a clock that moves only when it is told to. */
function given(share = 1 / 5): {
  readonly share: CpuBudget;
  readonly change: (share: number) => void;
  readonly pass: (milliseconds: number) => void;
  readonly work: (milliseconds: number) => void;
} {
  let now = 1000;
  const pass = (milliseconds: number): void => {
    now += milliseconds;
  };
  let current = share;
  const made = new CpuBudget(
    () => current,
    () => now,
  );
  made.spend(() => {
    pass(5000 * share);
  });
  return {
    share: made,
    change: (other) => {
      current = other;
    },
    pass,
    work: (milliseconds) => {
      made.spend(() => {
        pass(milliseconds);
      });
    },
  };
}

describe('a CPU budget', () => {
  it('allows work at once', () => {
    expect(given().share.wait()).toBe(0);
  });

  it('begins with what five seconds bring', () => {
    let now = 0;
    const share = new CpuBudget(
      () => 1 / 5,
      () => now,
    );
    share.spend(() => {
      now += 1000;
    });
    expect(share.wait()).toBe(0);
    share.spend(() => {
      now += 10;
    });
    expect(share.wait()).toBeGreaterThan(0);
  });

  it('of a fifth allows work again after four times as long as the last took', () => {
    const { share, pass, work } = given();
    work(50);
    expect(share.wait()).toBeCloseTo(200);
    pass(150);
    expect(share.wait()).toBeCloseTo(50);
    pass(51);
    expect(share.wait()).toBe(0);
  });

  it('saves unused time, so that usually cheap work is not delayed when it takes long once', () => {
    const { share, pass, work } = given();
    pass(2000);
    work(300);
    expect(share.wait()).toBe(0);
    work(300);
    expect(share.wait()).toBeGreaterThan(0);
  });

  it('saves no more than five seconds bring', () => {
    const { share, pass, work } = given();
    pass(3_600_000);
    work(1000);
    expect(share.wait()).toBe(0);
    work(500);
    expect(share.wait()).toBeGreaterThan(0);
  });

  it('is never exceeded, however expensive the work is', () => {
    const { share, pass, work } = given(1 / 10);
    let worked = 0;
    for (let time = 0; time < 100_000; time += 1) {
      pass(1);
      if (share.wait() > 0) continue;
      work(70);
      worked += 70;
      time += 70;
    }
    expect(worked).toBeLessThanOrEqual(10_000 + 70);
    expect(worked).toBeGreaterThan(9_000);
  });

  it('may change its share: time saved under a large one is cut under a small one', () => {
    const { share, change, pass, work } = given();
    pass(5000);
    change(1 / 200);
    work(25);
    expect(share.wait()).toBe(0);
    work(25);
    expect(share.wait()).toBeCloseTo(25 * 200 - 25);
    change(1 / 5);
    pass(100);
    expect(share.wait()).toBeLessThan(25);
  });

  it('counts work that fails, and throws what it throws', () => {
    const { share, pass } = given();
    const fail = (): void => {
      pass(50);
      throw new Error('no');
    };
    expect(() => {
      share.spend(fail);
    }).toThrow('no');
    expect(share.wait()).toBeCloseTo(200);
  });

  it('returns what the work returns', () => {
    expect(given().share.spend(() => 'done')).toBe('done');
  });
});
