/**
 * Builds the application of docs/scaffold.md from the package's tarball by the guide's own blocks, in a temporary folder: commands are
 * run, files are written, requests are answered as the guide says. Then every generator runs, and what they make is built, tested (a spec
 * by three test runners), and changed while `nest start --watch` runs.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { checkRunners } from './check-runners.mjs';
import { checkWatch } from './check-watch.mjs';

const START_TIMEOUT_MS = 60_000;

const BLOCK = /^```(\w+)\n([\s\S]*?)^```$/gm;

/**
 * @param guide path of the guide
 * @param boot a folder in which the package is installed
 * @param tarball path of the package
 */
export async function checkScaffold(guide, boot, tarball) {
  const blocks = [...readFileSync(guide, 'utf8').matchAll(BLOCK)].map(([, language, text]) => ({
    language,
    text,
  }));
  let folder = boot;
  const run = (line, cwd = folder) => {
    process.stdout.write(`> ${line}\n`);
    execFileSync('sh', ['-c', line], { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  };
  const port = await freePort();
  let server;
  try {
    for (const { language, text } of blocks) {
      if (language === 'sh') {
        for (const line of text.trim().split('\n')) {
          if (line.startsWith('cd ')) folder = join(folder, line.slice(3));
          else if (line.startsWith('npx leftfold new ')) run(`${line} --package ${tarball}`);
          else if (line === 'npm start') server = await started(folder, port);
          else run(line);
        }
      } else if (language === 'ts') {
        const path = /^\/\/ (\S+)\n/.exec(text)?.[1];
        if (path === undefined) throw new Error(`a block of ${guide} does not say which file it is`);
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        writeFileSync(join(folder, path), text.slice(text.indexOf('\n') + 1));
      } else if (language === 'console') {
        for (const { command, expected } of requests(text))
          answered(command.replaceAll('localhost:3000', `127.0.0.1:${port}`), expected);
      }
    }
  } finally {
    await stopped(server);
  }
  for (const line of [
    'context billing',
    'event invoice.sent billing',
    'decider invoice billing',
    'projection turnover billing',
    'entity-projection invoices billing',
  ])
    run(`npx nest g -c leftfold ${line}`);
  run('npm run build');
  run('npm test');
  everySpecCanFail(folder);
  server = await started(folder, port);
  answered(
    `curl -s -X POST 127.0.0.1:${port}/invoice -H 'content-type: application/json' -d '{"id":"1"}'`,
    '{"id":"1"…',
  );
  answered(`curl -s '127.0.0.1:${port}/books?count=true'`, '…"count":1…');
  await stopped(server);
  checkRunners(folder);
  await checkWatch(folder, port);
}

/** Breaks what the generators have made, in each file otherwise: no spec of theirs passes then. */
function everySpecCanFail(folder) {
  const source = join(folder, 'src');
  cpSync(source, join(folder, 'src-as-made'), { recursive: true });
  const breaks = [
    [/\.events\.ts$/, /examples: \[.*\],/g, 'examples: [],'],
    [/\.decider\.ts$/, /-not-ready/g, '-refused'],
    [/\.(?:projection|entities)\.ts$/, /context\.events \+ 1/g, 'context.events + 2'],
  ];
  for (const file of readdirSync(source, { recursive: true }))
    for (const [files, from, to] of breaks)
      if (files.test(file)) {
        const path = join(source, file);
        writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
      }
  const args = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--json'];
  const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  rmSync(source, { recursive: true });
  renameSync(join(folder, 'src-as-made'), source);
  const { testResults } = JSON.parse(stdout);
  const passed = testResults.filter(({ status }) => status === 'passed').map(({ name }) => name);
  if (testResults.length === 0 || passed.length > 0)
    throw new Error(`what is generated is broken, and these pass: ${passed.join(', ') || 'none is run'}`);
}

function requests(text) {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command, ...expected] = part.trimEnd().split('\n');
      return { command, expected: expected.join('\n') };
    });
}

/** `…` stands for any text. */
function answered(command, expected) {
  process.stdout.write(`> ${command}\n`);
  const answer = execFileSync('sh', ['-c', `${command} --max-time 20 --retry 5 --retry-connrefused`], {
    encoding: 'utf8',
  });
  const pattern = expected.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  if (!new RegExp(`^${pattern.join('[\\s\\S]*')}$`).test(answer.trim()))
    throw new Error(`${command}\nis answered with ${answer}\nand the guide says ${expected}`);
}

async function started(folder, port) {
  const child = spawn(process.execPath, [join(folder, 'node_modules/@nestjs/cli/bin/nest.js'), 'start'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true, // nest starts another process; both end with their group
  });
  const end = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < end) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    if (answer?.status === 200) return child;
    if (child.exitCode !== null) throw new Error('the application has ended');
    await pause(200);
  }
  await stopped(child);
  throw new Error('the application was not ready in time');
}

async function stopped(child) {
  if (child === undefined || child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGTERM');
  await ended;
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
