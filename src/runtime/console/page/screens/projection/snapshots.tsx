/** The snapshots that a projection has kept. */
import type { ProjectionOverview } from '../../answers.js';
import { Time } from '../../parts/time.js';
import { count } from './kind.js';

/** So many are shown; the newest are the densest. */
const MAX_SHOWN = 50;

export function Snapshots({
  of,
}: {
  readonly of: NonNullable<ProjectionOverview['snapshots']>;
}): preact.JSX.Element {
  return (
    <section class="card" aria-labelledby="snapshots-title">
      <h2 id="snapshots-title">Snapshots</h2>
      {of.length === 0 ? (
        <p class="quiet">None is kept yet; a start folds the log from its beginning.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label="Snapshots">
          <table class="narrow">
            <thead>
              <tr>
                <th scope="col" class="number">
                  Position
                </th>
                <th scope="col" class="number">
                  Bytes
                </th>
                <th scope="col">Saved</th>
              </tr>
            </thead>
            <tbody>
              {of.slice(0, MAX_SHOWN).map(({ position, bytes, time }) => (
                <tr key={position}>
                  <td class="number">{count(position)}</td>
                  <td class="number">{count(bytes)}</td>
                  <td>
                    <Time of={time} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {of.length > MAX_SHOWN && <p class="quiet">and {count(of.length - MAX_SHOWN)} earlier ones</p>}
        </div>
      )}
    </section>
  );
}
