/** The contracts of all events, and the map of who records and who consumes them; one contract. */
import { ModelNotice } from '../parts/model-notice.js';
import { ProblemNotice } from '../parts/problem.js';
import { useModel } from '../model.js';
import { Contract } from './contracts/contract.js';
import { ContractList } from './contracts/contract-list.js';
import type { ScreenProps } from './screen-props.js';

export function Contracts({ route }: ScreenProps): preact.JSX.Element {
  const model = useModel();
  const [, type] = route.path;
  if (model.value === undefined)
    return (
      <>
        <h1>{type ?? 'Contracts'}</h1>
        <ModelNotice model={model} />
      </>
    );
  if (type === undefined) return <ContractList route={route} model={model.value} />;
  const event = model.value.events.find((each) => each.type === type);
  if (event === undefined)
    return <ProblemNotice error={new Error(`This application knows no contract of ${type}.`)} />;
  return <Contract event={event} />;
}
