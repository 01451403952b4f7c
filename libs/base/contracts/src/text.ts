/**
 * Reading and comparing text: the members of a JSON text, ids, and Spark's own names. For worker threads, each of which loads all
 * its imports again: the whole of `./internal` would cost it 0.1 s of CPU time.
 */
export { memberName, scanMembers, skipBlanks, skipString, skipValue } from './documents/scan-members.ts';
export { isHouseCollection } from './names/house-documents.ts';
export { ravenKey } from './names/id-rules.ts';
