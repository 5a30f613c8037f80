/** The files of an application that `leftfold new` makes: it starts, and has one context. */
import { isFree, pascal, singular } from './names.js';
import { contractsSpec, deciderSpec, entitiesSpec } from './spec-templates.js';
import { deciderFile, entitiesFile, eventOf, eventsFile, machineFile, moduleFile } from './templates.js';

export interface NewApplication {
  readonly name: string;
  /** What `package.json` says of the dependency `leftfold`: a version, or `file:…`. */
  readonly leftfold: string;
  readonly context: string;
}

/** Texts by their paths in the application's folder. */
export function applicationFiles({ name, leftfold, context }: NewApplication): ReadonlyMap<string, string> {
  // A decider and a list of the same name would be served under one path.
  const one = singular(context);
  const noun = one === context || !isFree(one) ? `one-${context}` : one;
  const types = [`${noun}.added`, `${noun}.removed`];
  const parts = { noun, types, entities: context };
  const folder = `src/${context}`;
  return new Map([
    ['package.json', packageJson(name, leftfold)],
    ['tsconfig.json', json(TSCONFIG)],
    ['tsconfig.build.json', json(TSCONFIG_BUILD)],
    ['nest-cli.json', json(NEST_CLI)],
    ['jest.config.mjs', JEST_CONFIG],
    ['.swcrc', json(SWCRC)],
    ['.gitignore', 'node_modules\ndist\ndata\n'],
    ['.npmrc', 'save-exact=true\n'],
    ['README.md', readme(name, context, noun)],
    ['src/main.ts', MAIN],
    ['src/app.module.ts', appModule(context)],
    [`${folder}/${context}.events.ts`, eventsFile(context, parts)],
    [`${folder}/${context}.events.spec.ts`, contractsSpec(context, 'jest')],
    [`${folder}/${context}.module.ts`, moduleFile(context, parts)],
    [`${folder}/${noun}.machine.ts`, machineFile(noun, context)],
    [`${folder}/${noun}.decider.ts`, deciderFile(noun, context)],
    [`${folder}/${noun}.decider.spec.ts`, deciderSpec(noun, context, 'jest')],
    [`${folder}/${context}.entities.ts`, entitiesFile(context, noun, context, types.map(eventOf))],
    [
      `${folder}/${context}.entities.spec.ts`,
      entitiesSpec(context, noun, context, types.map(eventOf), 'jest'),
    ],
  ]);
}

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    module: 'nodenext',
    moduleResolution: 'nodenext',
    rootDir: 'src',
    outDir: 'dist',
    types: ['node', 'jest'],
    strict: true,
    skipLibCheck: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    sourceMap: true,
  },
  include: ['src'],
};

const TSCONFIG_BUILD = {
  extends: './tsconfig.json',
  compilerOptions: { types: ['node'] },
  exclude: ['src/**/*.spec.ts'],
};

const NEST_CLI = {
  $schema: 'https://json.schemastore.org/nest-cli',
  sourceRoot: 'src',
  compilerOptions: { deleteOutDir: true },
};

const SWCRC = {
  $schema: 'https://swc.rs/schema.json',
  module: { type: 'es6' },
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
  },
};

const JEST_CONFIG = `/** @type {import('jest').Config} */
export default {
  roots: ['src'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\\\.{1,2}/.*)\\\\.js$': '$1' },
  transform: { '^.+\\\\.ts$': '@swc/jest' },
};
`;

/** The versions that this package is tested with. */
function packageJson(name: string, leftfold: string): string {
  return json({
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    scripts: {
      start: 'nest start',
      'start:dev': 'nest start --watch',
      build: 'nest build',
      contracts: 'nest build && leftfold contracts publish --contexts dist/app.module.js',
      model: 'nest build && leftfold model --contexts dist/app.module.js',
      test: 'node --experimental-vm-modules --no-warnings node_modules/jest/bin/jest.js',
    },
    dependencies: {
      '@fastify/static': '10.1.11',
      '@nestjs/common': '12.5.1',
      '@nestjs/core': '12.5.1',
      '@nestjs/event-emitter': '12.0.1',
      '@nestjs/platform-fastify': '12.5.0',
      '@nestjs/swagger': '12.0.2',
      leftfold,
      'reflect-metadata': '0.2.2',
      rxjs: '7.8.2',
      xstate: '5.33.3',
      zod: '4.6.7',
    },
    devDependencies: {
      '@nestjs/cli': '12.0.8',
      '@swc/core': '1.16.18',
      '@swc/jest': '0.2.39',
      '@types/jest': '30.0.0',
      '@types/node': '20.19.43',
      jest: '30.5.2',
      typescript: '6.0.3',
    },
    // A package below @nestjs/swagger reports installations otherwise.
    scarfSettings: { enabled: false },
    // Nest's command line asks for a newer Node than it needs by these.
    overrides: {
      '@angular-devkit/core': '21.2.30',
      '@angular-devkit/schematics': '21.2.30',
      '@angular-devkit/schematics-cli': '21.2.30',
      '@nestjs/schematics': '11.1.0',
    },
  });
}

const MAIN = `/** Serves the application on http://127.0.0.1:3000, or on PORT. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { ProblemFilter, completeApi } from 'leftfold/http';
import { AppModule } from './app.module.js';

// Bodies are read exactly, and so asked for as they are sent.
const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), { rawBody: true });
const api = new DocumentBuilder().setTitle('The application').build();
SwaggerModule.setup('docs', app, completeApi(app, SwaggerModule.createDocument(app, api)));
// What is not Leftfold's, as an unknown path, is answered with problem+json, too.
app.useGlobalFilters(app.get(ProblemFilter));
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
`;

const appModule = (
  context: string,
): string => `/** The application: its contexts, and the event log that they share. */
import { Module } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { LeftfoldModule } from 'leftfold';
import { ${pascal(context)}Module } from './${context}/${context}.module.js';

@Module({
  imports: [
    EventEmitterModule.forRoot(),
    LeftfoldModule.forRoot({
      store: process.env['STORE'] ?? 'lmdb:./data/log',
      snapshots: { folder: './data' },
      http: { events: true, projections: true, operations: true, health: true },
    }),
    ${pascal(context)}Module,
  ],
})
export class AppModule {}
`;

const readme = (name: string, context: string, noun: string): string => `# ${name}

\`\`\`sh
npm install
npm start
\`\`\`

Then, in another terminal:

\`\`\`sh
curl -i -X POST http://127.0.0.1:3000/${noun} -H 'content-type: application/json' -d '{"id":"1"}'
curl http://127.0.0.1:3000/${noun}/1
curl http://127.0.0.1:3000/${context}
curl http://127.0.0.1:3000/events
\`\`\`

API documentation is at http://127.0.0.1:3000/docs. The log is in \`data/\`.

| to make | |
| --- | --- |
| another context | \`npx nest g -c leftfold context billing\` |
| an event | \`npx nest g -c leftfold event invoice.sent billing\` |
| a state machine with commands | \`npx nest g -c leftfold decider invoice billing\` |
| one state, folded from the events | \`npx nest g -c leftfold projection turnover billing\` |
| many small states, in lists | \`npx nest g -c leftfold entity-projection invoices billing\` |

\`npm test\` runs the specs, \`npm run contracts\` publishes the contracts of the events in \`contracts/\`, and \`npm run model\` draws who records and who consumes what.
`;
