/** The projections that modules bring along. */
import { Module } from '@nestjs/common';
import { totalOf } from '../../../test/support/amounts.js';
import { definitionsIn } from './definitions-in.js';
import { ProjectionModule } from './projection.module.js';

const [one, other] = [totalOf('one'), totalOf('other')];

@Module({ imports: [ProjectionModule.forFeature(one)] })
class OneModule {}

@Module({ imports: [OneModule, ProjectionModule.forFeature(other)] })
class OtherModule {}

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
