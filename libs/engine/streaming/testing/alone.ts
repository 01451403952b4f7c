import type { ScriptRunner } from '@nestjs-spark/etl-script/internal';
import type { OpenScript } from '../src/transform/shared-scripts.ts';

/** A script that no other task has. */
export function alone(runner: ScriptRunner): OpenScript {
  return { runner, once: (_, work) => work(), close: () => runner.close() };
}
