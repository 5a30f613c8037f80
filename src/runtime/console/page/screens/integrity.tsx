/** Whether the log is what was recorded, how large it is, and how it is copied. */
import type { Storage, Verification } from '../answers.js';
import { useAsked, type Asked } from '../asked.js';
import { byteText } from '../byte-text.js';
import { isProblem } from '../../../client/index.js';
import { Command } from '../parts/command.js';
import { Confirm } from '../parts/confirm.js';
import { ProblemNotice } from '../parts/problem.js';
import { Status } from '../parts/status.js';
import { Time } from '../parts/time.js';
import { linkTo } from '../routes.js';
import { ask, change } from '../server.js';

const PROGRESS_MS = 1000;
const STORAGE_MS = 10_000;

export function Integrity(): preact.JSX.Element {
  const verification = useAsked('verification', (signal) => ask<Verification>('/verification', { signal }), {
    everyMs: PROGRESS_MS,
  });
  const storage = useAsked('storage', (signal) => ask<Storage>('/storage', { signal }), {
    everyMs: STORAGE_MS,
  });
  const isServed = !isNotServed(verification) || !isNotServed(storage);
  return (
    <>
      <h1>Integrity</h1>
      {isServed ? (
        <>
          <VerificationCard {...verification} />
          <StorageCard {...storage} />
        </>
      ) : (
        <p class="notice">
          This application does not serve its operations, so that the log cannot be verified from here.
        </p>
      )}
      <CopiesCard />
    </>
  );
}

function VerificationCard({ value, error, again }: Asked<Verification>): preact.JSX.Element {
  return (
    <section class="card" aria-labelledby="verification-title">
      <div class="row">
        <h2 id="verification-title">Verification</h2>
        {value !== undefined && value.status !== 'never' && <Status of={value.status} />}
      </div>
      <p class="quiet">
        Every commit has a hash of itself and of the commit before it. To verify the log is to read all of it,
        and to compute them anew.
      </p>
      <ProblemNotice error={error} />
      {value !== undefined && <VerificationState {...value} />}
      <div>
        <Confirm
          label="Verify the log"
          disabled={value?.status === 'running'}
          act={async () => {
            await change('/verification');
            again();
          }}
        >
          <p>
            All commits of the log are read and checked, beside what the server does otherwise. Nothing is
            changed. A large log takes a while; the page need not stay open.
          </p>
        </Confirm>
      </div>
    </section>
  );
}

function VerificationState({
  status,
  position = 0,
  head = 0,
  eventsPerSecond,
  endedAt,
  result,
  fault,
}: Verification): preact.JSX.Element {
  if (status === 'never') return <p>It was not verified since this process has started.</p>;
  if (status === 'running')
    return (
      <div class="stack">
        <progress value={position} max={Math.max(head, 1)} aria-label="How far the log is verified" />
        <p class="number">
          {position.toLocaleString('en')} of {head.toLocaleString('en')} events
          {eventsPerSecond !== undefined && `, ${Math.round(eventsPerSecond).toLocaleString('en')} a second`}
        </p>
      </div>
    );
  return (
    <>
      {fault !== undefined && <Fault {...fault} />}
      {result !== undefined && (
        <dl class="facts">
          <dt>Result</dt>
          <dd>
            {result.commits.toLocaleString('en')} commits with {result.events.toLocaleString('en')} events are
            as they were recorded
          </dd>
          <dt>Hash of the head</dt>
          <dd class="mono">{result.hash === '' ? 'none: the log is empty' : result.hash}</dd>
        </dl>
      )}
      {endedAt !== undefined && (
        <p class="quiet">
          Ended <Time of={endedAt} />
        </p>
      )}
    </>
  );
}

/** Where there is a position, the log does not fit; otherwise it could not be looked at. */
function Fault({ position, detail }: NonNullable<Verification['fault']>): preact.JSX.Element {
  return position === undefined ? (
    <p class="notice warn" role="alert">
      It did not come to its end: {detail}
    </p>
  ) : (
    <p class="notice bad" role="alert">
      <strong>The log is not what was recorded</strong> from {position.toLocaleString('en')} on: {detail} Keep
      a copy of it as it is, and restore a backup.
    </p>
  );
}

function StorageCard({ value, error }: Asked<Storage>): preact.JSX.Element | null {
  if (value === undefined) return <ProblemNotice error={error} />;
  const { log, projections } = value;
  return (
    <section class="card" aria-labelledby="storage-title">
      <h2 id="storage-title">Storage</h2>
      <dl class="facts">
        <dt>The log is kept in</dt>
        <dd>{log.kind}</dd>
        <dt>Identity</dt>
        <dd class="mono">{log.identity}</dd>
        <dt>Events</dt>
        <dd class="number">{log.head.toLocaleString('en')}</dd>
        {log.hash !== undefined && (
          <>
            <dt>Hash of the head</dt>
            <dd class="mono">{log.hash}</dd>
          </>
        )}
        {log.bytes !== undefined && (
          <>
            <dt>Size</dt>
            <dd class="number">{byteText(log.bytes)}</dd>
          </>
        )}
      </dl>
      {projections.length > 0 && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">Projection</th>
                <th scope="col">Kind</th>
                <th scope="col" class="number">
                  Snapshots
                </th>
                <th scope="col" class="number">
                  Size
                </th>
              </tr>
            </thead>
            <tbody>
              {projections.map(({ name, kind, bytes, snapshots }) => (
                <tr key={name}>
                  <th scope="row">
                    <a href={linkTo(['projections', name])}>{name}</a>
                  </th>
                  <td>{kind}</td>
                  <td class="number">{snapshots?.toLocaleString('en') ?? '–'}</td>
                  <td class="number">{bytes === undefined ? '–' : byteText(bytes)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function CopiesCard(): preact.JSX.Element {
  return (
    <section class="card" aria-labelledby="copies-title">
      <h2 id="copies-title">Copies</h2>
      <p class="quiet">
        They are made by the command line, also while the server writes: a copy can be larger than what a
        browser takes.
      </p>
      <div class="stack">
        <h3>A backup, from which a server can start</h3>
        <Command text="npx leftfold backup ./backup --data ./data" />
        <h3>All events, one a line</h3>
        <Command text="npx leftfold export --data ./data > events.ndjson" />
        <h3>The same check as above, for a log that no server uses</h3>
        <Command text="npx leftfold verify --data ./data" />
      </div>
    </section>
  );
}

function isNotServed({ error, value }: Asked<unknown>): boolean {
  return value === undefined && isProblem(error) && error.status === 404;
}
