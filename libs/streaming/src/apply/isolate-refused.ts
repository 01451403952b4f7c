import { ContentRefusedError, NotACopyError, type ChangeCommand } from '@nestjs-spark/contracts';
import type { ChangeTarget, Checkpoint, TaskLog } from '@nestjs-spark/contracts/internal';

/** When this many are refused, and more than are taken, it is not the documents that are at fault. */
const TOO_MANY = 100;

/** Commands on one document that belong together: a put and what comes with it. */
export interface RefusedUnit {
  id: string;
  commands: ChangeCommand[];
  error: ContentRefusedError;
}

/** Where contents that come with the commands are read. */
export type Contents = Pick<TaskLog, 'openContent'> | undefined;

export interface RefusedSet {
  commands: ChangeCommand[];
  contents?: Contents;
  before: Checkpoint;
  after: Checkpoint;
  /** Version of the stored checkpoint, which is `before`. */
  version: string;
}

/**
 * Applies a set of which the store does not take some documents: all but those, found by halves where the store does not
 * name them. The parts are written with the checkpoint as it was, and the checkpoint moves last; a set that is cut off in
 * between is applied again from its beginning, which comes to the same.
 *
 * @param keep remembers what was left out, before the checkpoint moves past it
 * @throws {ContentRefusedError} when more is refused than can be the documents' fault
 */
export async function applyWithoutRefused(
  target: Pick<ChangeTarget, 'apply'>,
  set: RefusedSet,
  first: ContentRefusedError,
  keep: (refused: RefusedUnit[]) => Promise<void>,
): Promise<string> {
  const refused: RefusedUnit[] = [];
  let { version } = set;
  let taken = 0;
  let standing = 0;

  /** What stands in the way is named whole, and is no sign that something is wrong with the store. */
  const leaveOutStanding = (units: ChangeCommand[][], error: NotACopyError): ChangeCommand[][] =>
    units.filter((unit) => {
      const id = unit[0]?.type === 'put' ? unit[0].id : null;
      const reason = id === null ? undefined : error.inTheWay.get(id);
      if (id === null || reason === undefined) return true;
      refused.push({ id, commands: unit, error: new NotACopyError(new Map([[id, reason]])) });
      standing++;
      return false;
    });

  const leaveOut = (unit: ChangeCommand[], error: ContentRefusedError): void => {
    const id = idOf(unit[0]);
    if (id === null) throw error;
    refused.push({ id, commands: unit, error });
    const atFault = refused.length - standing;
    if (atFault >= TOO_MANY && atFault > taken) throw error;
  };

  const settle = async (units: ChangeCommand[][], known: ContentRefusedError | null): Promise<void> => {
    let left = units;
    let error = known ?? (await attempt(left));
    while (error !== null) {
      const free = error instanceof NotACopyError ? leaveOutStanding(left, error) : left;
      if (free.length < left.length) {
        left = free;
        error = left.length === 0 ? null : await attempt(left);
        continue;
      }
      const named = namedBy(left, error);
      const guilty = left.length === 1 ? left[0] : named;
      if (!guilty) {
        const half = Math.ceil(left.length / 2);
        await settle(left.slice(0, half), null);
        await settle(left.slice(half), null);
        return;
      }
      leaveOut(guilty, error);
      left = left.filter((unit) => unit !== guilty);
      error = left.length === 0 ? null : await attempt(left);
    }
    taken += left.length;
  };

  const attempt = async (units: ChangeCommand[][]): Promise<ContentRefusedError | null> => {
    try {
      version = await target.apply(units.flat(), set.before, version, set.contents);
      return null;
    } catch (error) {
      if (error instanceof ContentRefusedError) return error;
      throw error;
    }
  };

  await settle(unitsOf(set.commands), first);
  await keep(refused);
  const documentsPut = set.after.documentsPut - refused.length;
  return target.apply([], { ...set.after, documentsPut }, version);
}

function namedBy(units: ChangeCommand[][], error: ContentRefusedError): ChangeCommand[] | undefined {
  const id = error.documentId?.toLowerCase();
  return id === undefined
    ? undefined
    : units.find((unit) => unit[0]?.type === 'put' && unit[0].id.toLowerCase() === id);
}

/** Each put with what follows for the same id; everything else by itself. */
function unitsOf(commands: readonly ChangeCommand[]): ChangeCommand[][] {
  const units: ChangeCommand[][] = [];
  for (const command of commands) {
    const last = units.at(-1);
    const opened = last?.[0];
    const follows = opened?.type === 'put' && command.type !== 'put' && idOf(command) === opened.id;
    if (last && follows && command.type !== 'delete') last.push(command);
    else units.push([command]);
  }
  return units;
}

function idOf(command: ChangeCommand | undefined): string | null {
  return command && 'id' in command ? command.id : null;
}
