import { ContentRefusedError, type ChangeCommand } from '@nestjs-spark/contracts';
import {
  UNNAMED_RULE,
  checkCopy,
  checkPut,
  reduceCommands,
  refuseTogether,
  unreadable,
  type Checkpoint,
} from '@nestjs-spark/contracts/internal';

/** @throws {DocumentsRefusedError} naming what no store keeps */
export function requireStorable(commands: ChangeCommand[], { ids = UNNAMED_RULE }: Checkpoint): void {
  refuseTogether(reduceCommands(commands, ids).puts.values(), ({ id, document }) => {
    checkCopy(id, document);
    const reason = unreadable(checkPut(id, document));
    if (reason !== null) throw new ContentRefusedError(`Document ${JSON.stringify(id)} ${reason}`, id);
  });
}
