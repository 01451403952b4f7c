import type { ControlBoard } from '@nestjs-spark/contracts/internal';
import { type Logger, pause } from '@nestjs-spark/foundation/internal';

const AGAIN_MS = 5_000;

/** Hears what is said on the board until aborted, whatever breaks in between. */
export async function watchBoard(
  board: ControlBoard,
  subjects: string,
  hear: (subject: string, value: object) => void,
  { signal, logger }: { signal: AbortSignal; logger: Logger },
): Promise<void> {
  while (!signal.aborted) {
    try {
      for await (const { subject, value } of board.watch<object>(subjects, signal)) hear(subject, value);
    } catch (error) {
      logger.error(`No longer hearing ${subjects}; trying again`, error);
    }
    await pause(AGAIN_MS, signal);
  }
}
