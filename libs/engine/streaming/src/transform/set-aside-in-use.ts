import type { SetAside } from '@nestjs-spark/set-aside/internal';

/** What a transformer needs to know about set-aside documents. */
export type SetAsideInUse = Pick<SetAside, 'add' | 'clear' | 'etagOf' | 'isEmpty' | 'isOpen' | 'keyOf'>;

/** For a transformer that only reruns documents (`again`), which sets nothing aside. */
export const NOTHING_SET_ASIDE: SetAsideInUse = {
  isEmpty: true,
  add: async () => undefined,
  clear: async () => undefined,
  etagOf: () => null,
  isOpen: () => false,
  keyOf: (id) => id,
};
