export * from './index.ts';
export type { Reading } from './keep/record.ts';
export { KEPT_PER_NAME, SetAside } from './keep/set-aside.ts';
export { forgetSetAside, listSetAside, type SetAsideList } from './list/list-set-aside.ts';
export * from './rerun/rerun-request.ts';
