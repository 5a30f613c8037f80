/** The projections and the event contracts that modules bring along. */
import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { amountAdded, noteTaken, totalOf } from '../../../test/support/amounts.js';
import { parcelsOf } from '../../../test/support/parcel-consumers.js';
import { contractsIn, definitionsIn, withFeature, type Feature } from './definitions-in.js';

const [one, other] = [totalOf('one'), totalOf('other')];

@Module({})
class FeatureModule {}

/** As `LeftfoldModule.forFeature` makes them. */
const feature = ({ contracts = [], projections = [] }: Partial<Feature>): DynamicModule =>
  withFeature({ module: FeatureModule }, { contracts, projections });

@Module({ imports: [feature({ projections: [one] })] })
class OneModule {}

@Module({ imports: [OneModule, feature({ projections: [other] })] })
class OtherModule {}

@Injectable()
class Notebook {}

@Module({
  imports: [feature({ contracts: [noteTaken] })],
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
    expect(contractsIn([feature({ contracts: [noteTaken, amountAdded] })])).toEqual([noteTaken, amountAdded]);
    expect(contractsIn([OfficeModule])).toEqual([noteTaken]);
    expect(contractsIn([{ module: OneModule, imports: [OfficeModule] }])).toContain(noteTaken);
  });

  it('are those that their projections consume, whoever publishes them', () => {
    expect(contractsIn([OneModule])).toEqual([amountAdded]);
    const parcels = parcelsOf('parcels');
    expect(contractsIn([feature({ projections: [parcels] })])).toEqual(parcels.consumes);
  });

  it('are each there once, however many publish and consume them', () => {
    const published = feature({ contracts: [amountAdded] });
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
