/** What the connections to a database are set to. */
import { describeWithPostgres, postgresUrl } from '../../../../test/support/postgres.js';
import { Database } from './database.js';

describeWithPostgres('the connections to a database', () => {
  it('have a time after which the database itself ends a statement', async () => {
    const database = new Database(await postgresUrl(), 'public');
    const timeout = { name: 'timeout', text: `select current_setting('statement_timeout') as timeout` };
    try {
      expect(await database.read(timeout)).toEqual([{ timeout: '25s' }]);
      expect(await database.append((run) => run(timeout))).toEqual([{ timeout: '25s' }]);
    } finally {
      await database.close();
    }
  });
});
