import { ScriptPool } from '../src/run/script-pool.ts';
import { runScript } from './run-script.ts';

// Runs one script and never closes the pool: the process must exit nevertheless.
const pool = new ScriptPool();
const [output] = await runScript(pool, 'loadToUsers({ a: 1 })');
console.log(output?.status);
