/** What is wrong with a projection, and what can be done about it here. */
import { adviceFor } from '../../advice.js';
import type { ProjectionOverview } from '../../answers.js';
import { Confirm } from '../../parts/confirm.js';
import { Time } from '../../parts/time.js';
import { linkTo } from '../../routes.js';
import { change } from '../../server.js';

interface Props {
  readonly overview: ProjectionOverview;
  readonly again: () => void;
}

export function Fault({ overview, again }: Props): preact.JSX.Element {
  const { name, fault, commands } = overview;
  const resume = commands['resume'];
  return (
    <section class="notice bad stack" aria-label={`What is wrong with ${name}`}>
      {adviceFor(overview).map(({ what, todo }) => (
        <div key={what}>
          <p>
            <strong>{what}</strong>
          </p>
          <p>{todo}</p>
        </div>
      ))}
      {fault !== undefined && (
        <p>
          It stands since <Time of={fault.since} />.{' '}
          {fault.position !== undefined && fault.event !== undefined && (
            <a href={linkTo(['log'], { open: fault.position })}>Look at the event at {fault.position}</a>
          )}
        </p>
      )}
      {resume !== undefined && (
        <div class="row">
          <Resume name={name} href={resume.href} again={again} />
          {fault?.event !== undefined && fault.position !== undefined && (
            <Skip
              name={name}
              href={resume.href}
              position={fault.position}
              type={fault.event.type}
              again={again}
            />
          )}
        </div>
      )}
    </section>
  );
}

interface ResumeProps {
  readonly name: string;
  readonly href: string;
  readonly again: () => void;
}

function Resume({ name, href, again }: ResumeProps): preact.JSX.Element {
  return (
    <Confirm
      label="Resume"
      act={async () => {
        await change(href, undefined, { isLink: true });
        again();
      }}
    >
      <p>
        {name} tries once more to fold the event at which it stopped, and goes on from there. Where the cause
        is still there it stops again at the same event; nothing is lost either way.
      </p>
    </Confirm>
  );
}

interface SkipProps extends ResumeProps {
  readonly position: number;
  readonly type: string;
}

function Skip({ name, href, position, type, again }: SkipProps): preact.JSX.Element {
  return (
    <Confirm
      label="Skip the event"
      confirm={`Skip event ${position} for ever`}
      isDangerous
      act={async (fields) => {
        const reason = fields.get('reason');
        await change(href, { skip: position, reason }, { isLink: true });
        again();
      }}
    >
      <p>
        {name} leaves out the event at {position} (<code>{type}</code>) from now on, in every process and
        after every start, and goes on with the next one. The skip is recorded in the log with your reason. It
        cannot be undone; the event itself stays, and other projections still fold it.
      </p>
      <label>
        <span>Why, for who reads the log later</span>
        <input name="reason" required maxLength={1000} autocomplete="off" />
      </label>
    </Confirm>
  );
}
