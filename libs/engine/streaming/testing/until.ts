import { EVIL } from './hostile-peer.ts';
import type { Simulation } from './simulation.ts';

const WITHIN_MS = 30_000;

const ASK_AGAIN_MS = 200;

export async function until(
  condition: () => boolean | Promise<boolean>,
  explain: () => string | Promise<string>,
): Promise<void> {
  const end = Date.now() + WITHIN_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Not within ${WITHIN_MS} ms: ${await explain()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Whatever else is not yet as it should be: nothing may be wrong while no side reports anything. */
export function requireNotFalselyClean(simulation: Simulation): void {
  const amiss = simulation.falselyClean();
  if (amiss.length > 0) throw new Error(amiss.join('\n'));
  if (simulation.target.documents.has(EVIL)) throw new Error(`${EVIL} is there, which its owner never sent`);
}

export async function untilEqual(simulation: Simulation): Promise<void> {
  await until(
    () => simulation.complete && simulation.differences().length === 0,
    () => (simulation.complete ? simulation.differences().join('\n') : 'the copy does not count as complete'),
  );
}

/** Until the target equals the source, and exactly what fails is listed as set aside. */
export async function untilSettled(simulation: Simulation): Promise<void> {
  const wrong = async (): Promise<string[]> => [
    ...(simulation.complete ? [] : ['the copy does not count as complete']),
    ...simulation.differences(),
    ...(await simulation.misplacedEntries()),
  ];
  await until(
    async () => {
      requireNotFalselyClean(simulation);
      return (await wrong()).length === 0;
    },
    async () => (await wrong()).join('\n'),
  );
}

/** Requests reruns of what is listed, as often as needed: what failed before a request may only be listed after it. */
export async function runAgainUntilSettled(simulation: Simulation): Promise<void> {
  let askAt = 0;
  await until(
    async () => {
      requireNotFalselyClean(simulation);
      const problems = await simulation.misplacedEntries();
      if (Date.now() > askAt && problems.some((problem) => problem.includes('is listed'))) {
        await simulation.askRerun(null);
        const { documents } = await simulation.setAsideAtRequester();
        if (documents.length > 0) await simulation.askRerun(documents.map(({ documentId }) => documentId));
        askAt = Date.now() + ASK_AGAIN_MS;
      }
      return simulation.complete && simulation.differences().length === 0 && problems.length === 0;
    },
    async () => [...simulation.differences(), ...(await simulation.misplacedEntries())].join('\n'),
  );
}
