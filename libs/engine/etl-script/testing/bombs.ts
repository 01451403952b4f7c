/**
 * Runs scripts that allocate as much memory as they can, each over many documents, and prints the maximum growth of the process
 * in MiB over its size with one idle worker. A separate process, so that nothing else counts. The arguments name the scripts.
 */
import { giveBackPuts } from '../src/guest/large-puts.ts';
import { ScriptPool } from '../src/run/script-pool.ts';
import { loadsNothing, runScript, user } from './run-script.ts';

const fieldsOf = (count: number): string =>
  Array.from({ length: count }, (_, i) => `F${i}: this.Notes`).join(', ');
const BOMBS: Readonly<Record<string, string>> = {
  memory: 'const a = []; for (;;) a.push("x".repeat(1000) + a.length); loadToUsers({})',
  output: 'loadToUsers({ text: "x".repeat(4000000) + this.n })',
  copies: 'for (let i = 0; i < 4000; i++) loadToParts({ i, Notes: this.Notes + i })',
  projection: `loadToUsers({ ${fieldsOf(1_500)} })`,
  completed: `for (let i = 0; i < 1000; i++) loadToParts({ I: i, ${fieldsOf(100)} })`,
  language:
    'for (let i = 0; i < 64; i++) "a".localeCompare("b", "de", { x: "y".repeat(3000000) + i }); loadToUsers({})',
};

const pool = new ScriptPool({ faultAfter: Infinity });
const documents = Array.from({ length: 45 }, (_, n) => user(n, { n, Notes: 'n'.repeat(8_000) }));
await runScript(pool, 'const n = this.n; loadToUsers({ n })', documents.slice(0, 15));
globalThis.gc?.();
const idle = process.memoryUsage.rss();
const grown: Record<string, number> = {};
for (const name of process.argv.slice(2)) {
  const script = BOMBS[name];
  if (script === undefined) throw new Error(`There is no bomb ${name}`);
  let peak = idle;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 5);
  const runner = await pool.open({ name, collection: 'Users', script });
  // Long outputs only add up over many documents.
  const count = name === 'output' ? documents.length : 15;
  for (let done = 0; done < count;) {
    const outputs = await runner.transformToBytes(documents.slice(done, count), loadsNothing);
    for (const output of outputs) if (output.status === 'done') giveBackPuts(output.commands);
    done += outputs.length;
  }
  runner.close();
  clearInterval(watch);
  grown[name] = Math.round((peak - idle) / 1024 / 1024);
}
await pool.close();
console.log(JSON.stringify(grown));
