/** The commands of a decider that create a subject, as forms. */
import type { CommandAnswer } from '../../../../client/index.js';
import { pathIn, type ModelCommand } from '../../model.js';
import { go, linkTo, linkWith, type Route } from '../../routes.js';
import { CommandForm } from './forms/command-form.js';
import type { Member } from './forms/form-fields.js';
import type { Thing } from './things.js';

const ID: Member = {
  name: 'id',
  isRequired: false,
  field: {
    kind: 'text',
    isLong: false,
    isNullable: false,
    hints: [],
    description: 'What it is to be called; left out, it is given an id',
  },
};

export function Creations({
  route,
  thing,
}: {
  readonly route: Route;
  readonly thing: Thing;
}): preact.JSX.Element {
  const { decider, name } = thing;
  const creating =
    decider?.commands.filter(({ creates, path }) => creates === true && path !== undefined) ?? [];
  return (
    <>
      {creating.map((command) => (
        <details
          class="card"
          key={command.name}
          open={route.query.get('command') === command.name}
          onToggle={({ currentTarget: { open } }) => {
            if (open !== (route.query.get('command') === command.name))
              go(linkWith(route, { command: open ? command.name : undefined }), 'replace');
          }}
        >
          <summary>
            <strong>{command.name}</strong> <span class="quiet">makes a new one</span>
          </summary>
          <CreationForm
            route={route}
            command={command}
            {...(decider?.ids === 'text' && { beside: ID })}
            linkOf={(answer) => linkOfCreated(name, answer)}
          />
        </details>
      ))}
    </>
  );
}

interface FormProps {
  readonly route: Route;
  readonly command: ModelCommand;
  readonly beside?: Member;
  readonly linkOf: (answer: CommandAnswer) => string | undefined;
}

function CreationForm({ route, command, beside, linkOf }: FormProps): preact.JSX.Element {
  return (
    <CommandForm
      label={command.name}
      schema={command.input}
      {...(beside !== undefined && { beside })}
      path={pathIn(command.path ?? '')}
      isJson={route.query.get('as') === 'json'}
      setJson={(isJson) => {
        go(linkWith(route, { as: isJson ? 'json' : undefined }), 'replace');
      }}
      linkOf={linkOf}
    />
  );
}

/** The last part of where the server says that it is. */
function linkOfCreated(name: string, { location }: CommandAnswer): string | undefined {
  const last = location?.split('?')[0]?.split('/').at(-1);
  if (last === undefined || last === '') return undefined;
  try {
    return linkTo(['entities', name, decodeURIComponent(last)]);
  } catch {
    return undefined;
  }
}
