/** A process that serves any number of logs, each at a port of its own: started by a spec, which asks for them by messages. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { built } from './built.mjs';

const { readSettings } = await built('apps/settings.js');
const { startApp } = await built('apps/start-app.js');
const { logApp } = await built('apps/log/log-app.js');

const data = mkdtempSync(join(tmpdir(), 'leftfold-logs-'));
let count = 0;

async function serveLog() {
  count += 1;
  const settings = readSettings({ PORT: '0', LEFTFOLD_DATA: join(data, String(count)) });
  const parts = { contexts: [], workers: { contexts: '' } };
  const { url } = await startApp(settings, false, '0.0.0', logApp(settings, parts));
  return url;
}

process.on('message', (nth) => {
  void serveLog().then(
    (url) => process.send({ nth, url }),
    (error) => process.send({ nth, error: String(error) }),
  );
});
// The spec that started it is over.
process.on('disconnect', () => {
  rmSync(data, { recursive: true, force: true });
  process.exit(0);
});
process.send('started');
