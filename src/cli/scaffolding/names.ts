/** The names that generators take, and the forms in which generated code has them. */

/** A name of a generator's argument is not one. The message says what would be right. */
export class InvalidName extends Error {
  override readonly name = 'InvalidName';
}

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const EVENT_TYPE = /^([a-z][a-z0-9]*(?:-[a-z0-9]+)*)\.([a-z][a-z0-9]*(?:-[a-z0-9]+)*)$/;
/** In characters. Names become files, paths and tags. */
const MAX_NAME_LENGTH = 50;

const KEYWORDS = new Set(
  (
    'abstract any as async await boolean break case catch class const continue debugger default delete do else enum export extends ' +
    'false finally for function if implements import in instanceof interface let new null number object package private protected ' +
    'public return static string super switch symbol this throw true try type typeof undefined unknown var void while with yield'
  ).split(' '),
);

/** Names that generated files give to something else. */
const TAKEN = new Set(
  'app leftfold event-emitter contracts events tags tag consumes machine refused given z assign setup'.split(
    ' ',
  ),
);

/** Whether a variable of generated code may be called like this. */
export const isFree = (name: string): boolean => !KEYWORDS.has(name) && !TAKEN.has(name);

/** @param what what it names, for the message: `context` */
export function requireName(what: string, name: string | undefined): string {
  const example = what === 'context' ? 'orders' : 'order';
  if (name === undefined || name === '') throw new InvalidName(`name the ${what}, for example ${example}`);
  if (!NAME.test(name) || name.length > MAX_NAME_LENGTH)
    throw new InvalidName(
      `${JSON.stringify(name)} cannot name a ${what}: use lower-case letters, digits and single hyphens, at most ${MAX_NAME_LENGTH} characters, for example ${example}`,
    );
  if (KEYWORDS.has(name))
    throw new InvalidName(
      `${name} is a word of TypeScript; name the ${what} otherwise, for example ${example}`,
    );
  if (TAKEN.has(name))
    throw new InvalidName(
      `generated code has something else that is called ${name}; name the ${what} otherwise, for example ${example}`,
    );
  return name;
}

export interface EventName {
  readonly type: string;
  readonly noun: string;
}

/** @throws InvalidName unless it is a noun and a past participle, `order.placed` */
export function requireEventType(type: string | undefined): EventName {
  const noun = EVENT_TYPE.exec(type ?? '')?.[1];
  if (type === undefined || noun === undefined || type.length > 2 * MAX_NAME_LENGTH)
    throw new InvalidName(
      `${JSON.stringify(type ?? '')} is no type of an event: a noun and a past participle in lower case, for example order.placed`,
    );
  if (noun === 'leftfold') throw new InvalidName('types that begin with leftfold. are the runtime’s own');
  return { type, noun };
}

const words = (name: string): readonly string[] => name.split(/[-.]/);
const capitalized = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

/** `order-item` → `OrderItem` */
export const pascal = (name: string): string => words(name).map(capitalized).join('');

/** `order.placed` → `orderPlaced` */
export const camel = (name: string): string => {
  const joined = pascal(name);
  return joined.slice(0, 1).toLowerCase() + joined.slice(1);
};

/** `orders` → `order`, `entries` → `entry`. A word that has no plural in s stays as it is. */
export function singular(name: string): string {
  if (name.endsWith('ies') && name.length > 4) return `${name.slice(0, -3)}y`;
  if (/(?:sses|shes|ches|xes)$/.test(name)) return name.slice(0, -2);
  return /[^s]s$/.test(name) && name.length > 2 ? name.slice(0, -1) : name;
}
