/** Draws a component anew after something outside its state has changed. */
import { useCallback, useState } from 'preact/hooks';

export function useRedraw(): () => void {
  const [, setTurn] = useState(0);
  return useCallback(() => {
    setTurn((before) => before + 1);
  }, []);
}
