/** Every member of an index has a column, an index and a name in SQL, whatever it is called. */
import Database from 'libsql';
import { schemaOf } from './sqlite-schema.js';

describe('the tables of an entity projection', () => {
  it('take members that are keywords of SQL, and name each index differently', () => {
    const database = new Database(':memory:');
    const index = { group: 'text', order: 'text', group_order: 'text' } as const;
    database.exec(schemaOf({ index, compound: [['group', 'order']] }));
    const made = database
      .prepare("SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'by%' ORDER BY name")
      .all();
    expect(made).toMatchObject([
      { name: 'by group' },
      { name: 'by group,order' },
      { name: 'by group_order' },
      { name: 'by order' },
    ]);
    expect(database.prepare('SELECT "group", "order" FROM entity_list').all()).toEqual([]);
    database.close();
  });
});
