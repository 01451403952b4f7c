/** What compares names and words errors, for code that runs in threads: see the door of the same name in `contracts`. */
export { messageOf } from './errors/message-of.ts';
export { nameKey, sameName } from './names/same-name.ts';
export { nearestName } from './names/nearest-name.ts';
export * from './names/module-beside.ts';
