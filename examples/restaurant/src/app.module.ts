/** The application: contexts over one log, which is this process's own or another's. */
import { Module, type DynamicModule } from '@nestjs/common';
import { LeftfoldModule } from 'leftfold';
import { contextsByName } from './contexts.js';

export interface Settings {
  /** URL of the log: a folder of its own, or the process that has it. */
  readonly store: string;
  /** Folder in which projections keep their state. */
  readonly data: string;
  /** The names of the contexts; none: the log alone, for other processes. */
  readonly contexts: readonly string[];
}

@Module({})
export class AppModule {
  static of({ store, data, contexts: names }: Settings): DynamicModule {
    const unknown = names.find((name) => !Object.hasOwn(contextsByName, name));
    if (unknown !== undefined)
      throw new Error(`there is no context ${unknown}; there are ${Object.keys(contextsByName).join(', ')}`);
    return {
      module: AppModule,
      imports: [
        LeftfoldModule.forRoot({
          store,
          snapshots: { folder: data },
          http: {
            events: 'read-only',
            commits: names.length === 0,
            projections: true,
            operations: true,
            health: true,
          },
        }),
        ...names.flatMap((name) => contextsByName[name] ?? []),
      ],
    };
  }
}
