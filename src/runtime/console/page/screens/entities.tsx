/** Deciders and lists of entities; one of these lists; one subject or entity. */
import { ModelNotice } from '../parts/model-notice.js';
import { ProblemNotice } from '../parts/problem.js';
import { useModel, type Model } from '../model.js';
import type { Route } from '../routes.js';
import { EntityList } from './entities/entity-list.js';
import { EntitiesOverview } from './entities/entities-overview.js';
import { Subject } from './entities/subject.js';
import { thingOf } from './entities/things.js';
import type { ScreenProps } from './screen-props.js';

export function Entities({ route }: ScreenProps): preact.JSX.Element {
  const model = useModel();
  const [, name, key] = route.path;
  if (model.value === undefined)
    return (
      <>
        <h1>{key ?? name ?? 'Entities'}</h1>
        <ModelNotice model={model} />
      </>
    );
  if (name === undefined) return <EntitiesOverview route={route} model={model.value} />;
  return <Named route={route} model={model.value} name={name} id={key} />;
}

interface NamedProps {
  readonly route: Route;
  readonly model: Model;
  readonly name: string;
  readonly id: string | undefined;
}

function Named({ route, model, name, id }: NamedProps): preact.JSX.Element {
  const thing = thingOf(model, name);
  if (thing === undefined)
    return (
      <ProblemNotice
        error={new Error(`This application serves no decider and no entity projection ${name}.`)}
      />
    );
  if (id !== undefined) return <Subject route={route} thing={thing} id={id} />;
  return <EntityList route={route} thing={thing} />;
}
