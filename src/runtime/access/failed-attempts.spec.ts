import { FailedAttempts, TooManyFailedAttempts, type Attempt } from './failed-attempts.js';

const from = (remoteAddress: string | undefined, forwarded?: string | string[]): Attempt => ({
  headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  socket: { remoteAddress } as never,
});

/** With three failures at once, and one more each second. */
function limited(behindProxy = false): { attempts: FailedAttempts; pass: (ms: number) => void } {
  let now = 1_000_000;
  const attempts = new FailedAttempts({ behindProxy, burst: 3, intervalMs: 1_000, now: () => now });
  return { attempts, pass: (ms) => (now += ms) };
}

function fail(attempts: FailedAttempts, attempt: Attempt, times: number): void {
  for (let index = 0; index < times; index++) attempts.failed(attempt);
}

const retryAfterOf = (attempts: FailedAttempts, attempt: Attempt): number | undefined => {
  try {
    attempts.check(attempt);
    return 0;
  } catch (error) {
    if (!(error instanceof TooManyFailedAttempts)) throw error;
    expect(error.kind).toBe('too-many-requests');
    return error.retryAfter;
  }
};

describe('attempts that fail', () => {
  it('are let through up to the burst, and refused after it with the time to wait', () => {
    const { attempts } = limited();
    fail(attempts, from('10.0.0.1'), 2);
    expect(retryAfterOf(attempts, from('10.0.0.1'))).toBe(0);
    fail(attempts, from('10.0.0.1'), 1);
    expect(retryAfterOf(attempts, from('10.0.0.1'))).toBe(1);
  });

  it('are let through again one by one as time passes', () => {
    const { attempts, pass } = limited();
    fail(attempts, from('10.0.0.1'), 3);
    pass(999);
    expect(retryAfterOf(attempts, from('10.0.0.1'))).toBe(1);
    pass(1);
    expect(retryAfterOf(attempts, from('10.0.0.1'))).toBe(0);
    fail(attempts, from('10.0.0.1'), 1);
    expect(retryAfterOf(attempts, from('10.0.0.1'))).toBe(1);
  });

  it('have the whole burst again after a quiet time', () => {
    const { attempts, pass } = limited();
    fail(attempts, from('10.0.0.1'), 3);
    pass(3_000);
    fail(attempts, from('10.0.0.1'), 2);
    expect(retryAfterOf(attempts, from('10.0.0.1'))).toBe(0);
  });

  it('never lock an address out for longer than one interval after the last one', () => {
    const { attempts, pass } = limited();
    fail(attempts, from('10.0.0.1'), 1_000);
    expect(retryAfterOf(attempts, from('10.0.0.1'))).toBe(1);
    for (let index = 0; index < 1_000; index++) retryAfterOf(attempts, from('10.0.0.1'));
    pass(1_000);
    expect(retryAfterOf(attempts, from('10.0.0.1'))).toBe(0);
  });

  it('have a burst of 30, and one more each two seconds, unless told', () => {
    const attempts = new FailedAttempts({ now: () => 5 });
    fail(attempts, from('10.0.0.1'), 29);
    expect(retryAfterOf(attempts, from('10.0.0.1'))).toBe(0);
    fail(attempts, from('10.0.0.1'), 1);
    expect(retryAfterOf(attempts, from('10.0.0.1'))).toBe(2);
  });
});

describe('an address', () => {
  const refused = (attempts: FailedAttempts, address: string): boolean =>
    retryAfterOf(attempts, from(address)) !== 0;

  it('is limited for itself alone', () => {
    const { attempts } = limited();
    fail(attempts, from('10.0.0.1'), 3);
    expect(refused(attempts, '10.0.0.2')).toBe(false);
  });

  it.each([
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
    ['2001:db8::1', '2001:0db8:0000:0000:9::'],
    ['fe80::1%eth0', 'fe80::2%eth1'],
    ['64:ff9b::10.0.0.1', '64:ff9b::1'],
  ])('is the same as another of its network: %s and %s', (one, other) => {
    const { attempts } = limited();
    fail(attempts, from(one), 3);
    expect(refused(attempts, other)).toBe(true);
  });

  it.each([
    ['2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['::1', '0:0:0:1::1'],
    ['10.0.0.1', '10.0.0.10'],
  ])('is not the same as one of another network: %s and %s', (one, other) => {
    const { attempts } = limited();
    fail(attempts, from(one), 3);
    expect(refused(attempts, other)).toBe(false);
  });

  it('is one for all that have none', () => {
    const { attempts } = limited();
    fail(attempts, from(undefined), 3);
    expect(retryAfterOf(attempts, from(undefined))).toBe(1);
  });

  it('is forgotten, the one that has not failed for the longest time first, past ten thousand of them', () => {
    const { attempts } = limited();
    const nth = (index: number): string => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.2.1']) fail(attempts, from(address), 3);
    for (let index = 0; index < 9_999; index++) attempts.failed(from(nth(index)));
    expect(attempts.size).toBe(10_000);
    expect(refused(attempts, '192.0.2.2')).toBe(false);
    expect(refused(attempts, '192.0.2.1')).toBe(true);
  });
});

describe('the address behind a proxy', () => {
  it.each([
    ['10.0.0.1', '203.0.113.5'],
    ['10.0.0.1', '198.51.100.1, 203.0.113.5'],
    ['10.0.0.1', '203.0.113.5:4711'],
    ['10.0.0.1', ['198.51.100.1', '9.9.9.9, 203.0.113.5']],
  ])('is the last that the proxy names: from %s for %j', (socket, header) => {
    const { attempts } = limited(true);
    fail(attempts, from(socket, header), 3);
    expect(retryAfterOf(attempts, from('10.0.0.9', '203.0.113.5'))).toBe(1);
    expect(retryAfterOf(attempts, from(socket, '198.51.100.1'))).toBe(0);
  });

  it('may be one of IPv6, with a port', () => {
    const { attempts } = limited(true);
    fail(attempts, from('10.0.0.1', '[2001:db8::1]:4711'), 3);
    expect(retryAfterOf(attempts, from('10.0.0.1', '2001:db8::2'))).toBe(1);
  });

  it.each([undefined, '', 'unknown', '203.0.113.5, nonsense'])(
    'is that of the proxy where it names none: %j',
    (header) => {
      const { attempts } = limited(true);
      fail(attempts, from('10.0.0.1', header), 3);
      expect(retryAfterOf(attempts, from('10.0.0.1'))).toBe(1);
    },
  );

  it('is not asked for without a proxy, since anybody can send the header', () => {
    const { attempts } = limited();
    for (const forged of ['1.1.1.1', '2.2.2.2', '3.3.3.3']) attempts.failed(from('10.0.0.1', forged));
    expect(retryAfterOf(attempts, from('10.0.0.1', '4.4.4.4'))).toBe(1);
  });
});
