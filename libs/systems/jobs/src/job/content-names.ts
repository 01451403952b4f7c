/** A content as listed by a store. */
export interface StoredContent {
  name: string;
  bytes: number;
  /** When it was stored, in milliseconds since 1970. */
  at: number;
}

/** The name of an input. The key identifies its submitter; each job that uses it has a marker beside it. */
export const sentInput = (submitterKey: string): string => `in/${submitterKey}${SENT}${crypto.randomUUID()}`;

/** The name of the note with the facts about an input that was sent before its jobs. */
export const noteOf = (input: string): string => `${input}${NOTE}`;

/** The name of the result of one run of a job. */
export const resultOfRun = (jobId: string, attempt: number): string =>
  `out/${jobId}/${attempt}-${crypto.randomUUID()}`;

/** The name of the marker that a job uses a content that it did not bring itself. */
export const holdOf = (content: string, jobId: string): string => `${content}${HOLD}${jobId}`;

const SENT = '.';
const NOTE = '/note';
const HOLD = '/for/';
/** Contents that operators have stored are never removed. */
const KEPT = 'baseline/';

/** Contents that are kept and removed together, and the jobs that need them. */
export interface ContentGroup {
  names: string[];
  jobIds: string[];
  /** When the newest of them was stored, in milliseconds since 1970. */
  at: number;
}

/**
 * Groups contents that belong together: a content, its note, and the markers of the jobs that use it. The name of a result contains its job, and so does
 * that of an input that an earlier version stored with its job.
 */
export function groupContents(contents: readonly StoredContent[]): ContentGroup[] {
  const groups = new Map<string, ContentGroup>();
  for (const { name, at } of contents) {
    if (name.startsWith(KEPT)) continue;
    const [base = '', user] = name.split(HOLD);
    const key = base.endsWith(NOTE) ? base.slice(0, -NOTE.length) : base;
    const [, owner = ''] = key.split('/');
    const group = groups.get(key) ?? { names: [], jobIds: [], at: 0 };
    group.names.push(name);
    group.jobIds = [...new Set([...group.jobIds, owner, ...(user === undefined ? [] : [user])])];
    group.at = Math.max(group.at, at);
    groups.set(key, group);
  }
  return [...groups.values()].map((group) => ({ ...group, jobIds: group.jobIds.filter(isJobId) }));
}

/** The total size of the inputs of a submitter that are still kept, in bytes. */
export function bytesSentBy(submitterKey: string, contents: readonly StoredContent[]): number {
  const sent = contents.filter(({ name }) => name.startsWith(`in/${submitterKey}${SENT}`));
  return sent.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Job ids contain no dot. */
function isJobId(text: string): boolean {
  return text !== '' && !text.includes(SENT);
}
