import type { SetAside } from '@nestjs-spark/set-aside/internal';

/** What a transformer asks about documents that were set aside. */
export type SetAsideInUse = Pick<SetAside, 'add' | 'clear' | 'etagOf' | 'isEmpty' | 'isOpen' | 'keyOf'>;

/** For one that only runs documents `again`, which sets nothing aside. */
export const NOTHING_SET_ASIDE: SetAsideInUse = {
  isEmpty: true,
  add: async () => undefined,
  clear: async () => undefined,
  etagOf: () => null,
  isOpen: () => false,
  keyOf: (id) => id,
};
