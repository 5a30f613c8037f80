/**
 * Known holes in dependencies (`npm audit --omit=dev`), less the exceptions of `.ci/audit-exceptions.json`. Those of development dependencies
 * are printed only; the HTTP server of the apps is among them, as a user of the package brings one of their own.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const EXCEPTIONS = join('.ci', 'audit-exceptions.json');
const TIMEOUT_MS = 120_000;

/** Of npm, when it has no answer of a registry. Many mirrors have packages and no audits (404, 405, 501). */
const UNREACHABLE =
  /^(ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ENOAUDIT|ERR_SOCKET_TIMEOUT|E[45]\d\d)$/;

/**
 * What an audit has to say.
 *
 * @param {unknown} report what `npm audit --json` has printed
 * @param {readonly { id: string, reason: string, until: string }[]} exceptions
 * @param {string} today as in 2026-11-28
 * @returns {{ unavailable?: string, faults: string[], notes: string[] }}
 */
export function judge(report, exceptions, today) {
  if (report?.auditReportVersion === undefined) {
    const why = report?.message ?? report?.error?.summary ?? 'npm printed no report';
    const { statusCode, error } = report ?? {};
    const code = error?.code ?? (statusCode === undefined ? '' : `E${statusCode}`);
    // Where no connection comes about, npm has the code in its sentence only.
    return UNREACHABLE.test(code) || /^request to .* failed, reason: /.test(why)
      ? { unavailable: why, faults: [], notes: [] }
      : { faults: [`npm audit failed: ${why}`], notes: [] };
  }
  const faults = exceptions.flatMap((exception) => exceptionFault(exception) ?? []);
  const notes = [];
  const found = new Map();
  for (const { via = [] } of Object.values(report.vulnerabilities ?? {}))
    for (const advisory of via.filter((each) => typeof each === 'object'))
      found.set(idOf(advisory), advisory);
  for (const [id, { name, severity, title, range, url }] of found) {
    const exception = exceptions.find((each) => each.id === id);
    const what = `${name} ${range}: ${title} (${severity}, ${url})`;
    if (exception === undefined) faults.push(what);
    else if (exception.until < today) faults.push(`${what}; its exception ended on ${exception.until}`);
    else notes.push(`${what}; excepted until ${exception.until}: ${exception.reason}`);
  }
  for (const { id } of exceptions)
    if (!found.has(id)) notes.push(`the exception ${id} is of no use any more; remove it`);
  return { faults, notes };
}

/** `GHSA-…`, as the advisory's page is named. */
const idOf = ({ url, source }) => url?.split('/').at(-1) ?? String(source);

function exceptionFault({ id, reason, until }) {
  const isWhole = typeof id === 'string' && typeof reason === 'string' && reason.length > 0;
  return isWhole && /^\d{4}-\d\d-\d\d$/.test(until)
    ? undefined
    : `${EXCEPTIONS}: each exception has an id, a reason, and until, a date`;
}

function audit(...options) {
  const { stdout } = spawnSync('npm', ['audit', '--json', ...options], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  });
  try {
    return JSON.parse(stdout);
  } catch {
    return undefined;
  }
}

function main() {
  const exceptions = JSON.parse(readFileSync(join(ROOT, EXCEPTIONS), 'utf8'));
  const today = new Date().toISOString().slice(0, 10);
  const { unavailable, faults, notes } = judge(audit('--omit=dev'), exceptions, today);
  for (const note of notes) console.warn(`audit: ${note}`);
  for (const fault of faults) console.error(`audit: ${fault}`);
  if (unavailable !== undefined) {
    console.error(
      `\n*** audit: DEPENDENCIES WERE NOT CHECKED for known holes: ${unavailable}\n` +
        '*** audit: run `node tools/check-audit.mjs` where the registry answers; LEFTFOLD_AUDIT_REQUIRED=1 makes this an error\n',
    );
    return process.env.LEFTFOLD_AUDIT_REQUIRED ? 1 : 0;
  }
  if (faults.length > 0) return 1;
  for (const fault of judge(audit(), exceptions, today).faults)
    console.warn(`audit: only in development: ${fault}`);
  console.log('audit: no known holes');
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main();
