/**
 * What reads and compares text: the members of a JSON text, ids, and names of Spark's own. For code that runs in threads: each
 * thread loads all that it imports again, and the whole of `./internal` costs it 0.1 s of processor time.
 */
export { memberName, scanMembers, skipBlanks, skipString, skipValue } from './documents/scan-members.ts';
export { isHouseCollection } from './names/house-documents.ts';
export { ravenKey } from './names/id-rules.ts';
