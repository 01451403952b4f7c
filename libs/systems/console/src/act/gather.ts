import type { ActingFor } from '@nestjs-spark/modules/internal';
import type { ConsoleClient } from '../ask/console-client.ts';
import type { Aggregator } from '../keep/aggregator.ts';

export interface ListParts {
  aggregator: { state(): Pick<ReturnType<Aggregator['state']>, 'modules'> };
  client: Pick<ConsoleClient, 'ask' | 'isNamed'>;
}

/** One system, or several of which a module must have at least one. */
export type Systems = string | readonly string[];

/** The modules that have a system. */
export function modulesWith({ aggregator }: Pick<ListParts, 'aggregator'>, wanted: Systems): string[] {
  const having = aggregator
    .state()
    .modules.filter(({ systems }) => [wanted].flat().some((system) => systems[system] !== undefined));
  return having.map(({ name }) => name);
}

/** Modules that have never reported their systems, so that it is unknown whether they have the one requested. */
function unheardOf({ aggregator, client }: ListParts, wanted: Systems): string[] {
  // Jobs and pipelines are only requested from modules that the options name.
  const isClosed = [wanted].flat().every((system) => ['jobs', 'pipelines'].includes(system));
  const isAsked = (name: string): boolean => !isClosed || client.isNamed(name);
  const silent = aggregator.state().modules.filter(({ systems, why }) => {
    return why !== null && Object.keys(systems).length === 0;
  });
  return silent.map(({ name }) => name).filter(isAsked);
}

/** Asks all modules that have a system, and merges the answers of those that respond. */
export async function gather(
  parts: ListParts,
  act: ActingFor,
  systems: Systems,
  pathAt: (module: string) => string | null,
): Promise<{ answers: { module: string; body: unknown }[]; missing: string[] }> {
  const missing = unheardOf(parts, systems).filter((module) => pathAt(module) !== null);
  const answers = await Promise.all(
    modulesWith(parts, systems).map(async (module) => {
      const path = pathAt(module);
      if (path === null) return [];
      const answer = await parts.client.ask(act, { module, path }).catch(() => null);
      if (answer?.kind === 'answered' && answer.status === 200) return [{ module, body: answer.body }];
      missing.push(module);
      return [];
    }),
  );
  return { answers: answers.flat(), missing };
}
