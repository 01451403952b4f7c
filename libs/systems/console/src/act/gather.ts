import type { ActingFor } from '@nestjs-spark/modules/internal';
import type { ConsoleClient } from '../ask/console-client.ts';
import type { Aggregator } from '../keep/aggregator.ts';

export interface ListParts {
  aggregator: { state(): Pick<ReturnType<Aggregator['state']>, 'modules'> };
  client: Pick<ConsoleClient, 'ask' | 'isNamed'>;
}

/** Asks all modules that have a system, and puts together what those have that answer. */
export async function gather(
  { aggregator, client }: ListParts,
  act: ActingFor,
  system: string,
  pathAt: (module: string) => string | null,
): Promise<{ answers: { module: string; body: unknown }[]; missing: string[] }> {
  const asked = aggregator.state().modules.filter(({ systems }) => systems[system] !== undefined);
  const missing: string[] = [];
  const answers = await Promise.all(
    asked.map(async ({ name: module }) => {
      const path = pathAt(module);
      if (path === null) return [];
      const answer = await client.ask(act, { module, path }).catch(() => null);
      if (answer?.kind === 'answered' && answer.status === 200) return [{ module, body: answer.body }];
      missing.push(module);
      return [];
    }),
  );
  return { answers: answers.flat(), missing };
}
