/** What can be done with a subject in its state, as forms; and what cannot be done now. */
import { pathIn, type ModelCommand, type ModelDecider } from '../../model.js';
import { go, linkWith, type Route } from '../../routes.js';
import { CommandForm } from './forms/command-form.js';
import { pathOfCommand } from './things.js';
import type { StateNow } from './state-now.js';

interface Props {
  readonly route: Route;
  readonly decider: ModelDecider;
  readonly id: string;
  /** Undefined while it is not known. */
  readonly allowed: StateNow['commands'];
  readonly again: () => void;
}

export function SubjectCommands({ route, decider, id, allowed, again }: Props): preact.JSX.Element {
  const served = decider.commands.filter(({ path }) => path !== undefined);
  const isAllowed = ({ name }: ModelCommand): boolean => Object.hasOwn(allowed ?? {}, name);
  const opened = route.query.get('command');
  // One that is open stays where it is when the state does not allow it any more: its answer is being read.
  const shown = served.filter(
    (command) => isAllowed(command) || (command.name === opened && command.creates !== true),
  );
  const others = served.filter((command) => !shown.includes(command) && command.creates !== true);
  return (
    <section class="stack" aria-labelledby="commands-title">
      <h2 id="commands-title">What can be done now</h2>
      {allowed !== undefined && shown.length === 0 && (
        <p class="quiet">Nothing: its state allows no command.</p>
      )}
      {shown.map((command) => (
        <details
          class="card"
          key={command.name}
          open={opened === command.name}
          onToggle={({ currentTarget: { open } }) => {
            if (open !== (opened === command.name))
              go(linkWith(route, { command: open ? command.name : undefined }), 'replace');
          }}
        >
          <summary>
            <strong>{command.name}</strong>{' '}
            <span class="quiet">
              {isAllowed(command) ? `records ${command.records.join(', ')}` : 'not in its state now'}
            </span>
          </summary>
          <CommandForm
            label={command.name}
            schema={command.input}
            path={pathIn(pathOfCommand(command, id))}
            isJson={route.query.get('as') === 'json'}
            setJson={(isJson) => {
              go(linkWith(route, { as: isJson ? 'json' : undefined }), 'replace');
            }}
            onRecorded={again}
          />
        </details>
      ))}
      {others.length > 0 && (
        <p class="quiet">
          Not in its state now:{' '}
          {others.map(({ name }) => (
            <code key={name}>{name} </code>
          ))}
        </p>
      )}
    </section>
  );
}
