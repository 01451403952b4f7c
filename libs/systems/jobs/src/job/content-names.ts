/** A content as a store lists it. */
export interface StoredContent {
  name: string;
  bytes: number;
  /** When it was stored, in milliseconds. */
  at: number;
}

/** An input that a job has brought. */
export const inputOfJob = (jobId: string): string => `in/${jobId}/${crypto.randomUUID()}`;

/** An input that was sent before its jobs. The key says whose it is. */
export const sentInput = (submitterKey: string): string => `in/${submitterKey}${SENT}${crypto.randomUUID()}`;

/** What is known of a sent input, beside it. */
export const noteOf = (input: string): string => `${input}${NOTE}`;

/** What one run of a job has made. */
export const resultOfRun = (jobId: string, attempt: number): string =>
  `out/${jobId}/${attempt}-${crypto.randomUUID()}`;

/** Says that a job uses a content that it has not brought itself. */
export const holdOf = (content: string, jobId: string): string => `${content}${HOLD}${jobId}`;

const SENT = '.';
const NOTE = '/note';
const HOLD = '/for/';
/** What operators have stored stays. */
const KEPT = 'baseline/';

/** Contents that stay and go together, and the jobs that need them. */
export interface ContentGroup {
  names: string[];
  jobIds: string[];
  /** When the last of them was stored. */
  at: number;
}

/** Which contents belong together: one and its note, and what says who uses it. */
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

/** How many bytes of inputs a submitter has sent that are still kept. */
export function bytesSentBy(submitterKey: string, contents: readonly StoredContent[]): number {
  const sent = contents.filter(({ name }) => name.startsWith(`in/${submitterKey}${SENT}`));
  return sent.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The ids of jobs have no dot. */
function isJobId(text: string): boolean {
  return text !== '' && !text.includes(SENT);
}
