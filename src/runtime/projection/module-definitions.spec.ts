/** The projections and the event contracts that modules bring along. */
import { Injectable, Module } from '@nestjs/common';
import { amountAdded, noteTaken, totalOf } from '../../../test/support/amounts.js';
import { parcelsOf } from '../../../test/support/parcel-consumers.js';
import { EventLogModule } from '../event-log/event-log.module.js';
import { contractsIn, definitionsIn } from './module-definitions.js';
import { ProjectionModule } from './projection.module.js';

const [one, other] = [totalOf('one'), totalOf('other')];

@Module({ imports: [ProjectionModule.forFeature(one)] })
class OneModule {}

@Module({ imports: [OneModule, ProjectionModule.forFeature(other)] })
class OtherModule {}

@Injectable()
class Notebook {}

@Module({
  imports: [EventLogModule.forFeature([noteTaken])],
  providers: [Notebook, { provide: 'pages', useValue: [amountAdded] }],
})
class NotesModule {}

@Module({ imports: [NotesModule] })
class OfficeModule {}

describe('the projections in modules', () => {
  it('are found in what they import, and in what that imports', () => {
    expect([...definitionsIn([OtherModule])]).toEqual(
      [
        ['other', other],
        ['one', one],
      ].reverse(),
    );
    expect([...definitionsIn([{ module: OneModule }]).keys()]).toEqual(['one']);
  });

  it('are none in modules that bring none', () => {
    expect([...definitionsIn([Object, undefined, 'nothing'])]).toEqual([]);
  });
});

describe('the event contracts in modules', () => {
  it('are those that they publish, also in what they import', () => {
    expect(contractsIn([EventLogModule.forFeature([noteTaken, amountAdded])])).toEqual([
      noteTaken,
      amountAdded,
    ]);
    expect(contractsIn([OfficeModule])).toEqual([noteTaken]);
    expect(contractsIn([{ module: OneModule, imports: [OfficeModule] }])).toContain(noteTaken);
  });

  it('are those that their projections consume, whoever publishes them', () => {
    expect(contractsIn([OneModule])).toEqual([amountAdded]);
    const parcels = parcelsOf('parcels');
    expect(contractsIn([ProjectionModule.forFeature(parcels)])).toEqual(parcels.consumes);
  });

  it('are each there once, however many publish and consume them', () => {
    const published = EventLogModule.forFeature([amountAdded]);
    expect(contractsIn([OtherModule, published, OfficeModule, NotesModule])).toEqual([
      amountAdded,
      noteTaken,
    ]);
  });

  it('are not what a module provides otherwise', () => {
    const provided = { module: OneModule, providers: [Notebook, { provide: 'them', useValue: [noteTaken] }] };
    expect(contractsIn([provided])).toEqual([amountAdded]);
  });

  it('are none in modules that bring none', () => {
    expect(contractsIn([Object, undefined, 'nothing', Notebook])).toEqual([]);
  });
});
