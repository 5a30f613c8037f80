/** Why there is no model of the application to show, in words for who looks for it. */
import { isProblem } from '../../../client/index.js';
import type { Asked } from '../asked.js';
import type { Model } from '../model.js';
import { ProblemNotice } from './problem.js';

export function ModelNotice({ model }: { readonly model: Asked<Model> }): preact.JSX.Element {
  if (model.error === undefined) return <p class="quiet">Loading…</p>;
  if (isProblem(model.error) && model.error.status === 404)
    return (
      <p class="notice">
        This application does not serve its model (<code>http: {'{ model: true }'}</code>), so it is not known
        here what it is made of.
      </p>
    );
  return <ProblemNotice error={model.error} again={model.again} />;
}
