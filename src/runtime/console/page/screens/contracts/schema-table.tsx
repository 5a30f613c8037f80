/** A schema to be read: a table of its members, and the JSON Schema behind it. */
import type { JsonSchema } from '../../json-schema.js';
import { Data } from '../../parts/data.js';
import { changedRows, schemaRows } from './schema-rows.js';

interface Props {
  readonly schema: JsonSchema;
  /** Of the revision before: what is new is marked. */
  readonly before?: JsonSchema;
  readonly label: string;
}

export function SchemaTable({ schema, before, label }: Props): preact.JSX.Element {
  const rows = schemaRows(schema);
  const changed = before === undefined ? new Set<string>() : changedRows(rows, schemaRows(before));
  return (
    <div class="stack">
      {rows.length === 0 ? (
        <p class="quiet">It has no members.</p>
      ) : (
        <div class="scroll" tabIndex={0} role="group" aria-label={label}>
          <table>
            <thead>
              <tr>
                <th scope="col">Member</th>
                <th scope="col">Type</th>
                <th scope="col">What it is</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ member, type, isRequired, description, constraints }) => (
                <tr key={member}>
                  <th scope="row">
                    <code>{member === '' ? 'the data' : member}</code>{' '}
                    {changed.has(member) && <span class="badge warn">new or changed</span>}
                  </th>
                  <td>
                    {type}
                    {!isRequired && <span class="quiet">, may be left out</span>}
                  </td>
                  <td>
                    {description}
                    {description !== '' && constraints.length > 0 && ' · '}
                    <span class="quiet">{constraints.join(', ')}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <details>
        <summary>JSON Schema</summary>
        <Data value={schema} label={`JSON Schema, ${label}`} />
      </details>
    </div>
  );
}
