import type { ScriptRunner, Transformation } from '@nestjs-spark/etl-script';

/** Where scripts are run; a `ScriptPool` is one. */
export interface Scripts {
  open(transformation: Transformation, signal?: AbortSignal): Promise<ScriptRunner>;
}
