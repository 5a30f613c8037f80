import type { ScreenProps } from './screen-props.js';

export function Entities({ route }: ScreenProps): preact.JSX.Element {
  return <h1>{route.path.join(' ')}</h1>;
}
