import { isWhole } from '@nestjs-spark/foundation/internal';
import { StoreRefusedError } from '../errors/errors.ts';

const DEFAULT_TAKE = 25;

interface PartOfList {
  skip: number;
  take: number;
}

/**
 * The part of a list that a query asks for, with its defaults. Stores read other numbers in their own ways: as everything, or as a
 * failure of the server.
 * @throws {StoreRefusedError} naming the option that is not a whole number of at least 0
 */
export function readPage({ skip = 0, take = DEFAULT_TAKE }: Partial<PartOfList>): PartOfList {
  for (const [name, value] of Object.entries({ skip, take })) {
    if (isWhole(value)) continue;
    const given = typeof value === 'string' ? JSON.stringify(value) : String(value);
    throw new StoreRefusedError(`${name} takes a whole number of at least 0, not ${given.slice(0, 40)}`);
  }
  return { skip, take };
}
