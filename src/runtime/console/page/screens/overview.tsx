/** How the system is: its log, its projections, and what wants somebody to look at it. */
import { useEffect, useState } from 'preact/hooks';
import { adviceFor } from '../advice.js';
import type { Problems, Readiness } from '../answers.js';
import { isRefusal, useAsked } from '../asked.js';
import { isProblem } from '../../../client/index.js';
import { Plot } from '../parts/plot.js';
import { ProblemNotice } from '../parts/problem.js';
import { Status } from '../parts/status.js';
import { Time } from '../parts/time.js';
import { linkTo } from '../routes.js';
import { rateText } from './projection/kind.js';
import { ProjectionTable } from './projection/projection-table.js';
import { presentRate, ratesOf, withSample, type Sample } from '../samples.js';
import { ask } from '../server.js';
import type { ScreenProps } from './screen-props.js';

const HEALTH_MS = 5000;

/** Kept while another screen is shown. */
let samples: readonly Sample[] = [];

export function Overview({ projections: { value, error } }: ScreenProps): preact.JSX.Element {
  const readiness = useAsked('health', readReadiness, { everyMs: HEALTH_MS });
  const problems = useAsked('problems', (signal) => ask<Problems>('/problems', { signal }), {
    everyMs: HEALTH_MS,
  });
  const [seen, setSeen] = useState(samples);
  useEffect(() => {
    if (value === undefined) return;
    samples = withSample(samples, { time: Date.now(), head: value.head });
    setSeen(samples);
  }, [value]);
  const rate = presentRate(seen);
  const wrong = value?.projections.flatMap((each) =>
    adviceFor(each).map((advice) => ({ ...advice, name: each.name })),
  );

  return (
    <>
      <div class="head">
        <h1>Overview</h1>
        {readiness.value !== undefined && <Status of={readiness.value.status} />}
      </div>
      {value === undefined && error === undefined && <p class="quiet">Loading…</p>}
      {value === undefined && isRefusal(error) && <NotShown error={error} />}
      {wrong?.map(({ name, what, todo }) => (
        <div key={what} class="notice bad stack" role="group" aria-label={`What is wrong with ${name}`}>
          <p>
            <strong>{what}</strong>
          </p>
          <p>
            {todo} <a href={linkTo(['projections', name])}>Look at {name}</a>
          </p>
        </div>
      ))}
      {value !== undefined && (
        <>
          <div class="cards">
            <section class="card" aria-labelledby="head-title">
              <h2 id="head-title">Log</h2>
              <p class="figure" data-testid="head">
                {value.head.toLocaleString('en')}
              </p>
              <p class="quiet">
                {value.head === 1 ? 'event' : 'events'} in the log
                {rate !== undefined && `, ${rateText(rate)} a second now`}
              </p>
              <LogHealth of={readiness.value} />
            </section>
            <section class="card" aria-labelledby="rate-title">
              <h2 id="rate-title">Events recorded a second</h2>
              <Plot
                label="Events recorded a second, over the last minutes"
                series="a second"
                points={ratesOf(seen).map(({ time, eventsPerSecond }) => ({ x: time, y: eventsPerSecond }))}
                isTime
                height={140}
              />
            </section>
          </div>
          <section class="card" aria-labelledby="projections-title">
            <h2 id="projections-title">Projections</h2>
            <ProjectionTable of={value.projections} />
          </section>
        </>
      )}
      <RecentProblems {...problems} />
    </>
  );
}

/** An application may serve no projections, and a key may not see them. */
function NotShown({ error }: { readonly error: unknown }): preact.JSX.Element {
  return isProblem(error) && error.status === 404 ? (
    <p class="notice">This application does not serve how its projections are.</p>
  ) : (
    <ProblemNotice error={error} />
  );
}

function LogHealth({ of }: { readonly of: Readiness | undefined }): preact.JSX.Element | null {
  if (of?.log === undefined) return null;
  const { status, lastAppend, detail } = of.log;
  return (
    <dl class="facts">
      <dt>Status</dt>
      <dd>{status}</dd>
      {lastAppend !== undefined && (
        <>
          <dt>Last append here</dt>
          <dd>
            <Time of={lastAppend} />
          </dd>
        </>
      )}
      {detail !== undefined && (
        <>
          <dt>Why</dt>
          <dd>{detail}</dd>
        </>
      )}
    </dl>
  );
}

function RecentProblems({
  value,
  error,
}: {
  readonly value?: Problems;
  readonly error?: unknown;
}): preact.JSX.Element | null {
  if (isProblem(error) && error.status === 404) return null; // the application does not serve them
  return (
    <section class="card" aria-labelledby="problems-title">
      <h2 id="problems-title">Recent problems</h2>
      {error !== undefined && value === undefined && <ProblemNotice error={error} />}
      {value?.problems.length === 0 && <p class="quiet">None was answered since this process has started.</p>}
      {value !== undefined && value.problems.length > 0 && (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Request</th>
                <th scope="col">Answer</th>
                <th scope="col" class="number">
                  Times
                </th>
              </tr>
            </thead>
            <tbody>
              {value.problems.map(({ time, method, path, status, type, title, detail, count }) => (
                <tr key={`${method} ${path} ${type} ${String(status)}`}>
                  <td>
                    <Time of={time} />
                  </td>
                  <td>
                    <code>
                      {method} {path}
                    </code>
                  </td>
                  <td>
                    <strong>
                      {status} {title}
                    </strong>
                    <br />
                    <span class="quiet">{detail}</span>
                  </td>
                  <td class="number">{count}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** A server that is not ready answers with 503 and tells why all the same. */
async function readReadiness(signal: AbortSignal): Promise<Readiness> {
  try {
    return await ask<Readiness>('/health/ready', { signal });
  } catch (error) {
    if (isProblem(error) && 'status' in error.document && typeof error.document['status'] === 'string')
      return error.document as unknown as Readiness;
    throw error;
  }
}
