/** How a projection is found by the name in a request. */
import { ProjectionNotFound, projectionNamed } from './projection-not-found.js';

interface Named {
  readonly name: string;
}

const named = (name: string): Named => ({ name });

const hostOf = (
  ...projections: readonly Named[]
): { projections: readonly Named[]; find: (name: string) => Named | undefined } => ({
  projections,
  find: (name) => projections.find((each) => each.name === name),
});

/** What it is refused with. */
function refusal(name: string, ...known: readonly Named[]): unknown {
  try {
    return projectionNamed(name, hostOf(...known));
  } catch (error) {
    return error;
  }
}

describe('the projection that a request names', () => {
  it('is the one of this name', () => {
    const [one, other] = [named('one'), named('other')];
    expect(projectionNamed('other', hostOf(one, other))).toBe(other);
  });

  it('is refused when there is none, with those that there are', () => {
    expect(refusal('none', named('one'), named('other'))).toBeInstanceOf(ProjectionNotFound);
    expect(refusal('none', named('one'), named('other'))).toMatchObject({
      kind: 'not-found',
      problem: 'projection-not-found',
      message: 'There is no projection none; there are one, other.',
    });
  });

  it('is refused in words also where there are none at all', () => {
    expect(refusal('none')).toMatchObject({ message: 'There is no projection none; there are none here.' });
  });

  it('is told in part when its name is long', () => {
    expect(refusal('a'.repeat(5000), named('one'))).toMatchObject({
      message: `There is no projection ${'a'.repeat(40)}; there are one.`,
    });
  });
});
