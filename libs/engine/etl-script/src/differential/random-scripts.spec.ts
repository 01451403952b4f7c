import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import fc from 'fast-check';
import { etlDocument, etlScript } from '../../testing/arbitrary-scripts.ts';
import { ourCommands, ravenCommands } from '../../testing/compare-commands.ts';
import { isRefusedHere, unexplained } from '../../testing/known-differences.ts';
import { RavenOracle } from '../../testing/raven-oracle.ts';
import { loadsNothing, stored } from '../../testing/run-script.ts';
import { ScriptPool } from '../run/script-pool.ts';

const RUNS = Number(process.env['SPARK_RANDOM_SCRIPTS'] ?? 15);
// One seed for everyone: what new scripts find out about RavenDB is the nightly run's to tell, not a change's.
const SEED = Number(process.env['SPARK_TEST_SEED'] ?? 20_261_121);
const DOCUMENTS = 3;

describeWithServers(['ravendb'], `Random scripts (seed ${SEED})`, () => {
  let oracle: RavenOracle;
  const pool = new ScriptPool({ maxWorkers: 1 });
  beforeAll(async () => {
    oracle = new RavenOracle(testServers().ravendbUrl);
    await oracle.create();
  });
  afterAll(() => Promise.all([pool.close(), oracle.remove()]));

  async function compare(script: string, documents: string[]): Promise<string[]> {
    await Promise.all(documents.map((text, i) => oracle.write(`users/${i}`, text)));
    const texts = await Promise.all(documents.map((_, i) => oracle.read(`users/${i}`)));
    const runner = await pool.open({ name: 'script', collection: 'Users', script });
    const inputs = texts.map((text, i) => ({
      id: `users/${i}`,
      collection: 'Users',
      document: stored(text ?? '{}'),
    }));
    const outputs = await runner.transform(inputs, loadsNothing);
    runner.close();
    const answers = await Promise.all(
      documents.map((_, i) => oracle.ask(script, `users/${i}`, 'Users', false)),
    );
    return outputs.flatMap((output, i) => {
      const answer = answers[i] ?? '';
      const failsThere = !answer.includes('"TransformationErrors":[]');
      if (output.status === 'failed')
        return failsThere || isRefusedHere(output.failure.reason) ? [] : [`here: ${output.failure.reason}`];
      if (failsThere) return [`there: ${answer.slice(0, 400)}`];
      return unexplained(ourCommands(output.commands), ravenCommands(answer), texts[i] ?? '');
    });
  }

  it(`do in our engine what they do in RavenDB’s: ${RUNS} scripts`, async () => {
    await fc.assert(
      fc.asyncProperty(
        etlScript,
        fc.array(etlDocument, { minLength: DOCUMENTS, maxLength: DOCUMENTS }),
        async (script, documents) => {
          expect(await compare(script, documents)).toEqual([]);
        },
      ),
      { numRuns: RUNS, seed: SEED, endOnFailure: process.env['SPARK_RANDOM_SHRINK'] === undefined },
    );
  }, 600_000);
});
