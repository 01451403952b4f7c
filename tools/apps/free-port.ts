import { freePort as anyFreePort, isFree } from '@nestjs-spark/servers/internal';

/** `preferred` when nothing listens there, otherwise a port that is free now. */
export async function freePort(preferred?: number): Promise<number> {
  return preferred !== undefined && (await isFree(preferred)) ? preferred : anyFreePort();
}
