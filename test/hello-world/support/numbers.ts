/** The hello world as it runs: the built program, and what its requests need. */
import { positionIn } from '../../support/api.js';
import { PROGRAM, Server, type Environment } from '../../support/server.js';

export const startProgram = (environment: Environment): Promise<Server> => Server.start(environment, PROGRAM);

/** Records the numbers in one commit. Resolves to the position of the last one. */
export async function record(server: Server, ...values: readonly (number | string)[]): Promise<number> {
  const response = await server.post('/numbers', values);
  expect(response.status).toBe(201);
  return positionIn(response);
}

/** Retracts the number. Resolves to the position of the retraction. */
export async function retract(server: Server, number: number): Promise<number> {
  const response = await server.post(`/numbers/${number}/retraction`, { reason: 'a mistake' });
  expect(response.status).toBe(201);
  return positionIn(response);
}
