/** What there is many of: deciders, lists of entities; and decisions about several of them. */
import { pathIn, type Model } from '../../model.js';
import { go, linkTo, linkWith, type Route } from '../../routes.js';
import { CommandForm } from './forms/command-form.js';
import { OpenKey } from './open-key.js';
import { decisionsOf, thingsOf, type Thing } from './things.js';

export function EntitiesOverview({
  route,
  model,
}: {
  readonly route: Route;
  readonly model: Model;
}): preact.JSX.Element {
  const things = thingsOf(model);
  const decisions = decisionsOf(model);
  return (
    <>
      <h1>Entities</h1>
      {things.length === 0 && (
        <p class="notice">This application serves no deciders and no entity projections.</p>
      )}
      <div class="cards">
        {things.map((thing) => (
          <ThingCard key={thing.name} thing={thing} />
        ))}
      </div>
      {decisions.length > 0 && (
        <section class="stack" aria-labelledby="decisions-title">
          <h2 id="decisions-title">Decisions about several subjects</h2>
          {decisions.map(({ name, path = '', input, records, context }) => (
            <details
              class="card"
              key={name}
              open={route.query.get('decide') === name}
              onToggle={({ currentTarget: { open } }) => {
                if (open !== (route.query.get('decide') === name))
                  go(linkWith(route, { decide: open ? name : undefined }), 'replace');
              }}
            >
              <summary>
                <strong>{name}</strong>{' '}
                <span class="quiet">
                  of {context}, records {records.join(', ')}
                </span>
              </summary>
              <CommandForm
                label={name}
                schema={input}
                path={pathIn(path)}
                isJson={route.query.get('as') === 'json'}
                setJson={(isJson) => {
                  go(linkWith(route, { as: isJson ? 'json' : undefined }), 'replace');
                }}
              />
            </details>
          ))}
        </section>
      )}
    </>
  );
}

function ThingCard({
  thing: { name, context, decider, entities },
}: {
  readonly thing: Thing;
}): preact.JSX.Element {
  const creating =
    decider?.commands.filter(({ creates, path }) => creates === true && path !== undefined) ?? [];
  return (
    <section class="card" aria-label={name}>
      <div class="head">
        <h2>
          <a href={linkTo(['entities', name])}>{name}</a>
        </h2>
        <span class="quiet">of {context}</span>
      </div>
      <div class="row">
        {entities !== undefined && <span class="badge">list</span>}
        {decider !== undefined && (
          <span class="badge">decider{decider.name === name ? '' : ` ${decider.name}`}</span>
        )}
      </div>
      <OpenKey name={name} />
      {creating.length > 0 && (
        <div class="row">
          {creating.map((command) => (
            <a key={command.name} class="button" href={linkTo(['entities', name], { command: command.name })}>
              {command.name} a new one
            </a>
          ))}
        </div>
      )}
    </section>
  );
}
