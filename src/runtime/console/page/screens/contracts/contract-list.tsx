/** All types of events, filtered by what their type, or who records or consumes them, has in it. */
import type { Model, ModelEvent } from '../../model.js';
import { go, linkTo, linkWith, type Route } from '../../routes.js';
import { ModelDrawing } from './model-map.js';
import { PartLinks } from './part-links.js';

export function ContractList({
  route,
  model,
}: {
  readonly route: Route;
  readonly model: Model;
}): preact.JSX.Element {
  const text = route.query.get('find') ?? '';
  const shown = model.events.filter((event) => isFound(event, text));
  const isMap = route.query.get('map') === '1';
  return (
    <>
      <div class="head">
        <h1>Contracts</h1>
        <span class="quiet">
          {model.events.length} types of events in {model.contexts.length}{' '}
          {model.contexts.length === 1 ? 'context' : 'contexts'}
        </span>
        <span class="grow" />
        <button
          type="button"
          aria-pressed={isMap}
          onClick={() => {
            go(linkWith(route, { map: isMap ? undefined : '1' }));
          }}
        >
          Map
        </button>
      </div>
      {isMap && (
        <section class="card" aria-labelledby="map-title">
          <h2 id="map-title">Who records what, and who consumes it</h2>
          <ModelDrawing model={model} />
        </section>
      )}
      <section class="card" aria-label="Types of events">
        <label>
          <span>Find</span>
          <input
            type="search"
            value={text}
            placeholder="type, decider, projection or context"
            onInput={({ currentTarget: { value } }) => {
              go(linkWith(route, { find: value === '' ? undefined : value }), 'replace');
            }}
          />
        </label>
        {shown.length === 0 ? (
          <p>No type has that in it.</p>
        ) : (
          <div class="scroll" tabIndex={0} role="group" aria-label="Types of events">
            <table class="contracts">
              <thead>
                <tr>
                  <th scope="col">Type</th>
                  <th scope="col">Recorded by</th>
                  <th scope="col">Consumed by</th>
                </tr>
              </thead>
              <tbody>
                {shown.map((event) => (
                  <tr key={event.type}>
                    <th scope="row">
                      <a class="mono" href={linkTo(['contracts', event.type])}>
                        {event.type}
                      </a>
                      <div class="row">
                        <span class="badge">revision {event.revision}</span>
                        {event.open && <span class="badge warn">open</span>}
                      </div>
                    </th>
                    <td>
                      <PartLinks of={event.recordedBy} none={event.open ? 'anybody' : 'nobody here'} />
                    </td>
                    <td>
                      <PartLinks of={event.consumedBy} none="nobody here" />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </>
  );
}

function isFound({ type, recordedBy, consumedBy }: ModelEvent, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return [type, ...recordedBy, ...consumedBy].some((each) => each.toLowerCase().includes(wanted));
}
