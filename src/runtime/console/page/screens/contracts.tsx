import type { ScreenProps } from './screen-props.js';

export function Contracts({ route }: ScreenProps): preact.JSX.Element {
  return <h1>{route.path.join(' ')}</h1>;
}
