/** Tables of one's own that follow the log: `import { defineReadModel } from 'leftfold/read-models'`. Needs `kysely`. */
export { defineReadModel } from './define-read-model.js';
export { InjectReadModel } from './inject-read-model.js';
export type { EventHandler, EventHandlers, ReadModelDefinition } from './read-model-definition.js';
export { ReadModel, type ReadResult } from './read-model.js';
export { ReadModelAway } from './read-model-problems.js';
