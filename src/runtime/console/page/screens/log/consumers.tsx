/** Who folds an event, with links to what they had become by it. */
import { linkTo } from '../../routes.js';
import { consumersOf, type ModelOfConsumers, type NamedConsumer } from './consumers-of.js';

interface Props {
  readonly types: readonly string[];
  readonly position: number;
  readonly model: ModelOfConsumers | undefined;
}

export function Consumers({ types, position, model }: Props): preact.JSX.Element {
  return (
    <div class="stack">
      <h3>Who folds it</h3>
      <ConsumerList types={types} position={position} model={model} />
    </div>
  );
}

function ConsumerList({ types, position, model }: Props): preact.JSX.Element {
  if (model === undefined) return <p class="quiet">This server does not tell who folds which events.</p>;
  const consumers = consumersOf(model, types);
  if (consumers.length === 0) return <p class="quiet">Nobody that this server knows of.</p>;
  return (
    <ul class="stack">
      {consumers.map((consumer) => (
        <li key={`${consumer.kind} ${consumer.name}`}>
          <a href={linkOf(consumer, position)}>{consumer.name}</a>{' '}
          <span class="quiet">
            {consumer.kind}
            {consumer.kind === 'projection' && `, as of ${position.toLocaleString('en')}`}
          </span>
        </li>
      ))}
    </ul>
  );
}

function linkOf({ kind, name }: NamedConsumer, position: number): string {
  if (kind === 'entity projection') return linkTo(['entities', name]);
  return linkTo(['projections', name], kind === 'projection' ? { at: position } : {});
}
