/** Finding the projections and event contracts of modules. */
import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { amountAdded, noteTaken, totalOf } from '../../../test/support/amounts.js';
import { parcelsOf } from '../../../test/support/parcel-consumers.js';
import { contractsIn, definitionsIn, withFeature, type Feature } from './module-definitions.js';

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
  it('are found through imports of imports', () => {
    expect([...definitionsIn([OtherModule])]).toEqual(
      [
        ['other', other],
        ['one', one],
      ].reverse(),
    );
    expect([...definitionsIn([{ module: OneModule }]).keys()]).toEqual(['one']);
  });

  it('are none in other modules', () => {
    expect([...definitionsIn([Object, undefined, 'nothing'])]).toEqual([]);
  });
});

describe('the event contracts in modules', () => {
  it('are those that they or their imports publish', () => {
    expect(contractsIn([feature({ contracts: [noteTaken, amountAdded] })])).toEqual([noteTaken, amountAdded]);
    expect(contractsIn([OfficeModule])).toEqual([noteTaken]);
    expect(contractsIn([{ module: OneModule, imports: [OfficeModule] }])).toContain(noteTaken);
  });

  it('are those that their projections consume, wherever they are published', () => {
    expect(contractsIn([OneModule])).toEqual([amountAdded]);
    const parcels = parcelsOf('parcels');
    expect(contractsIn([feature({ projections: [parcels] })])).toEqual(parcels.consumes);
  });

  it('appear once each, however many publish and consume them', () => {
    const published = feature({ contracts: [amountAdded] });
    expect(contractsIn([OtherModule, published, OfficeModule, NotesModule])).toEqual([
      amountAdded,
      noteTaken,
    ]);
  });

  it('are not taken from other providers', () => {
    const provided = { module: OneModule, providers: [Notebook, { provide: 'them', useValue: [noteTaken] }] };
    expect(contractsIn([provided])).toEqual([amountAdded]);
  });

  it('are none in other modules', () => {
    expect(contractsIn([Object, undefined, 'nothing', Notebook])).toEqual([]);
  });
});
