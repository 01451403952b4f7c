import { demand } from './http.ts';
import type { Narrator } from './narrate.ts';
import type { Apps } from './start-apps.ts';

interface OutgoingTask {
  requester: string;
  collection: string;
  engine: string;
  engineReason: string;
}

/** Shows what Fleet agreed to: whose script it runs on what, with which engine and why. */
export async function tellDeployment({ fleet, operator }: Apps, narrator: Narrator): Promise<void> {
  const { body } = await demand(`${fleet.url}/spark/replication`, 'GET', undefined, operator.token);
  for (const task of (body as { outgoing: OutgoingTask[] }).outgoing) {
    narrator.say('Deployed', `Fleet runs ${task.requester}'s script on its ${task.collection}`);
    narrator.say('Deployed', `with the engine "${task.engine}": ${task.engineReason}`);
  }
}
