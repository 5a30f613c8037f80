/** Audit and rebuild of a projection: started here, with how the last of each stands. */
import { useEffect, useState } from 'preact/hooks';
import { isProblem } from '../../../../client/index.js';
import type { ProjectionOverview } from '../../answers.js';
import { useAsked } from '../../asked.js';
import { Confirm } from '../../parts/confirm.js';
import { ProblemNotice } from '../../parts/problem.js';
import { Status } from '../../parts/status.js';
import { ask, change } from '../../server.js';
import { Changes } from './changes.js';
import { isUnderWay, resultOf, type Job, type JobKind } from './job.js';
import { count } from './kind.js';

interface Props {
  readonly overview: ProjectionOverview;
  readonly again: () => void;
}

const RUNNING_MS = 500;
const IDLE_MS = 5000;

export function Operations({ overview, again }: Props): preact.JSX.Element {
  return (
    <section class="card" aria-labelledby="operations-title">
      <h2 id="operations-title">Operations</h2>
      <div class="operations">
        <Operation kind="audit" {...{ overview, again }} />
        <Operation kind="rebuild" {...{ overview, again }} />
      </div>
    </section>
  );
}

function Operation({ kind, overview, again }: Props & { readonly kind: JobKind }): preact.JSX.Element {
  const { name, commands, links } = overview;
  const link = links[kind];
  const command = commands[kind];
  const [isBusy, job] = useJob(link ?? '', kind);
  if (isProblem(job.error) && job.error.status === 404)
    return <p class="quiet">{TITLES[kind]}: this application does not serve it.</p>;
  return (
    <div class="stack operation" role="group" aria-label={TITLES[kind]}>
      <div class="row">
        <h3>{TITLES[kind]}</h3>
        {job.value !== undefined && job.value.status !== 'never' && <Status of={job.value.status} />}
      </div>
      <ProblemNotice error={job.value === undefined ? job.error : undefined} />
      {job.value !== undefined &&
        (isBusy ? <Progress of={job.value} kind={kind} /> : <p>{resultOf(job.value, kind)}</p>)}
      {job.value?.difference !== undefined && !isBusy && <Compared {...job.value.difference} />}
      {command !== undefined && (
        <div>
          <Confirm
            label={kind === 'audit' ? 'Audit' : 'Rebuild'}
            disabled={isBusy}
            act={async () => {
              await change(command.href, undefined, { isLink: true });
              job.again();
              again();
            }}
          >
            <p>{kind === 'audit' ? auditText(name) : rebuildText(name)}</p>
          </Confirm>
        </div>
      )}
    </div>
  );
}

const TITLES = { audit: 'Audit', rebuild: 'Rebuild' } as const;

function auditText(name: string): string {
  return (
    `The log is folded from its beginning, and what comes out is compared with the state and the snapshots of ${name}. ` +
    'Nothing is changed. It reads the whole log, while queries are answered as before.'
  );
}

function rebuildText(name: string): string {
  return (
    `The log is folded from its beginning; when that has caught up, the new state takes the place of the one that ${name} serves, ` +
    'and snapshots that differ are deleted. Until then queries are answered from the state as it is. It reads the whole log.'
  );
}

function useJob(link: string, kind: JobKind): readonly [isBusy: boolean, ReturnType<typeof useAsked<Job>>] {
  const [isBusy, setBusy] = useState(false);
  const job = useAsked<Job>(kind, (signal) => ask<Job>(link, { signal, isLink: true }), {
    everyMs: isBusy ? RUNNING_MS : IDLE_MS,
  });
  const runs = job.value !== undefined && isUnderWay(job.value);
  useEffect(() => {
    setBusy(runs);
  }, [runs]);
  return [runs, job];
}

function Progress({
  of: { status, position = 0, through, rate, remaining },
  kind,
}: {
  readonly of: Job;
  readonly kind: JobKind;
}): preact.JSX.Element {
  if (status === 'waiting') return <p>It begins when what runs before it has ended.</p>;
  return (
    <>
      <progress
        value={position}
        max={Math.max(1, through ?? position)}
        aria-label={`Progress of the ${kind}`}
      />
      <p class="quiet number">
        {count(position)} of {count(through ?? position)} events
        {rate !== undefined && rate > 0 && `, ${count(rate)} a second`}
        {remaining !== undefined && `, about ${count(remaining)} s to go`}
      </p>
    </>
  );
}

function Compared({ before, after }: NonNullable<Job['difference']>): preact.JSX.Element {
  return (
    <Changes
      before={before}
      after={after}
      titles={['Served before', 'Rebuilt']}
      label="What the rebuild changed"
    />
  );
}
