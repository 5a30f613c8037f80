/** What the gate makes of the report of an audit. */
import { judge } from '../../tools/check-audit.mjs';

const TODAY = '2026-11-28';
const advisory = {
  source: 1,
  name: 'left-pad',
  title: 'Pads without end',
  severity: 'high',
  range: '<1.3.1',
  url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
};
const report = {
  auditReportVersion: 2,
  vulnerabilities: {
    'left-pad': { via: [advisory] },
    // What depends on it names it only.
    other: { via: ['left-pad'] },
  },
};
const exception = { id: 'GHSA-aaaa-bbbb-cccc', reason: 'nothing is padded', until: '2026-12-31' };
const HOLE = 'left-pad <1.3.1: Pads without end (high, https://github.com/advisories/GHSA-aaaa-bbbb-cccc)';

it('is content with no hole', () => {
  expect(judge({ auditReportVersion: 2, vulnerabilities: {} }, [], TODAY)).toEqual({ faults: [], notes: [] });
});

it('names a hole once', () => {
  expect(judge(report, [], TODAY).faults).toEqual([HOLE]);
});

it('lets an exception pass until its date, with its reason, and no longer', () => {
  expect(judge(report, [exception], TODAY)).toEqual({
    faults: [],
    notes: [`${HOLE}; excepted until 2026-12-31: nothing is padded`],
  });
  expect(judge(report, [{ ...exception, until: '2026-11-27' }], TODAY).faults).toEqual([
    `${HOLE}; its exception ended on 2026-11-27`,
  ]);
});

it('says which exception is of no use any more', () => {
  expect(judge({ auditReportVersion: 2, vulnerabilities: {} }, [exception], TODAY).notes).toEqual([
    'the exception GHSA-aaaa-bbbb-cccc is of no use any more; remove it',
  ]);
});

it.each([{ reason: '' }, { until: 'later' }])('takes no exception without a reason or a date: %j', (lack) => {
  expect(judge(report, [{ ...exception, ...lack }], TODAY).faults).toContain(
    '.ci/audit-exceptions.json: each exception has an id, a reason, and until, a date',
  );
});

it.each([
  [{ message: '405 Method Not Allowed', statusCode: 405, error: { summary: '' } }, '405 Method Not Allowed'],
  [{ message: '501 Not Implemented', statusCode: 501 }, '501 Not Implemented'],
  [{ error: { code: 'ECONNREFUSED', summary: 'connect failed' } }, 'connect failed'],
  [
    {
      message: 'request to http://127.0.0.1:9/ failed, reason: connect ECONNREFUSED',
      error: { summary: '' },
    },
    'request to http://127.0.0.1:9/ failed, reason: connect ECONNREFUSED',
  ],
  [{ error: { code: 'ENOTFOUND', summary: 'getaddrinfo failed' } }, 'getaddrinfo failed'],
])('knows when the registry has no audits: %j', (given, unavailable) => {
  expect(judge(given, [], TODAY)).toEqual({ unavailable, faults: [], notes: [] });
});

it.each([
  [undefined, 'npm audit failed: npm printed no report'],
  [{ error: { code: 'ENOLOCK', summary: 'no lockfile' } }, 'npm audit failed: no lockfile'],
])('fails when there is no report for another reason: %j', (given, fault) => {
  expect(judge(given, [], TODAY).faults).toEqual([fault]);
});
