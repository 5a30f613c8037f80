/** Recorded events of the numbers context, as the log hands them to a fold: the same ones in every run. */

const RETRACTED = 10; // one event in so many takes a number back
const ZERO = 50; // one number in so many is zero

/** From 0 up to 1, the same each time (mulberry32, by Tommy Ettinger, public domain). */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Integers from -9 to 9, and now and then one of them is retracted. */
export function numberEvents(count) {
  const next = random(20260131);
  const below = (limit) => Math.floor(next() * limit);
  const surviving = [];
  return Array.from({ length: count }, (_, index) => {
    const position = index + 1;
    const envelope = {
      position,
      revision: 1,
      tags: [],
      time: '2026-01-31T12:00:00.000Z',
      commit: `numbers/${position}`,
      metadata: {},
    };
    if (surviving.length > 0 && below(RETRACTED) === 0) {
      const [{ number, value }] = surviving.splice(below(surviving.length), 1);
      return { ...envelope, type: 'number.retracted', data: { number, value, reason: 'a mistake' } };
    }
    const value = below(ZERO) === 0 ? '0' : String((below(9) + 1) * (below(2) === 0 ? 1 : -1));
    surviving.push({ number: position, value });
    return { ...envelope, type: 'number.recorded', data: { value } };
  });
}
