import { ScriptPool, type EtlCommand, type ScriptRunner } from '@nestjs-spark/etl-script';
import { SCRIPT_COLLECTION } from '../definition/check-meaning.ts';
import type { Fields } from '../expression/compile-expression.ts';
import type { BatchStep, Incoming } from './step.ts';

/** The script pool of all pipelines in a process, opened on first use. */
export class Scripts {
  #pool: ScriptPool | null = null;

  get pool(): ScriptPool {
    this.#pool ??= new ScriptPool({ maxWorkers: 2 });
    return this.#pool;
  }

  async close(): Promise<void> {
    await this.#pool?.close();
    this.#pool = null;
  }
}

const AT_ONCE = 256;

/** Opens a script step: untrusted code in the sandbox of ETL scripts. It reads `this` and calls `loadToOut({…})` at most once. */
export function openScript(
  scripts: Scripts,
  name: string,
  code: string,
): { run: BatchStep; close: () => void } {
  let opening: Promise<ScriptRunner> | null = null;
  const open = () => {
    opening ??= scripts.pool.open({ name, collection: SCRIPT_COLLECTION, script: code });
    opening.catch(() => void (opening = null));
    return opening;
  };
  return {
    run: async (records) => {
      const runner = await open();
      const results: (Fields | null | Error)[] = [];
      while (results.length < records.length) {
        const part = records.slice(results.length, results.length + AT_ONCE).map(inputOf);
        // A script only sees its own record: whatever it loads does not exist.
        const outputs = await runner.transform(part, async (ids) => ids.map(() => null));
        for (const output of outputs)
          results.push(
            output.status === 'failed' ? new Error(placed(output.failure)) : resultOf(output.commands),
          );
      }
      return results;
    },
    close: () => void opening?.then((runner) => runner.close()).catch(() => undefined),
  };
}

function inputOf({ fields, meta }: Incoming) {
  const id = `records/${String(meta['partition'])}-${String(meta['offset'])}`;
  return { id, collection: SCRIPT_COLLECTION, document: Buffer.from(JSON.stringify(fields)) };
}

function placed({ line, column, reason }: { line: number | null; column: number | null; reason: string }) {
  return line === null ? reason : `${line}:${column ?? 1} ${reason}`;
}

function resultOf(commands: readonly EtlCommand[]): Fields | null | Error {
  const puts = commands.filter((command) => command.type === 'put');
  if (puts.length > 1)
    return new Error(`the script loads ${puts.length} records for one; a step gives at most one`);
  const [put] = puts;
  return put ? (JSON.parse(put.fields) as Fields) : null;
}
