import {
  describeWithOwnServers,
  describeWithServers,
  type NeededServer,
} from '@nestjs-spark/servers/testing';

export type StoreName = 'ravendb' | 'sqlite';

/** What the two sides of a story run on. */
export interface Pair {
  owner: StoreName;
  requester: StoreName;
  /** In production, with TLS, permissions and certificates everywhere. Only for stories of Fleet and HR. */
  secured?: true;
}

export const RAVENDB: Pair = { owner: 'ravendb', requester: 'ravendb' };
export const SQLITE: Pair = { owner: 'sqlite', requester: 'sqlite' };
/** The same with everything secured, for the stories that are told once more so. */
export const SECURED_RAVENDB: Pair = { ...RAVENDB, secured: true };
export const SECURED_SQLITE: Pair = { ...SQLITE, secured: true };
/** One after the other, the two that most run on first. */
export const ALL_PAIRS: readonly Pair[] = [
  RAVENDB,
  SQLITE,
  { owner: 'ravendb', requester: 'sqlite' },
  { owner: 'sqlite', requester: 'ravendb' },
];
export const SAME_STORE: readonly Pair[] = [RAVENDB, SQLITE];

/** The nightly campaign looks at all pairs; a usual run at two that have each store on each side, or at one that has both. */
const isNight = process.env['SPARK_TEST_ALL_PAIRS'] === '1';
export const SAME_STORE_BY_DAY: readonly Pair[] = isNight ? ALL_PAIRS : SAME_STORE;
export const MIXED_BY_DAY: readonly Pair[] = isNight
  ? ALL_PAIRS
  : [
      { owner: 'ravendb', requester: 'sqlite' },
      { owner: 'sqlite', requester: 'ravendb' },
    ];
export const ONE_BY_DAY: readonly Pair[] = isNight ? SAME_STORE : [{ owner: 'ravendb', requester: 'sqlite' }];

const NAMES: Record<StoreName, string> = { ravendb: 'RavenDB', sqlite: 'SQLite' };

/** The same guarantees on each pair; one whose server is missing is left out by itself. */
export function describeOn(pairs: readonly Pair[], title: string, body: (pair: Pair) => void): void {
  for (const pair of pairs) {
    const [needs, named] = [needsOf(pair), titleOn(pair, title)];
    if (pair.secured) describeWithOwnServers([...needs, 'openssl'], named, () => body(pair));
    else describeWithServers(needs, named, () => body(pair));
  }
}

/** The same for what changes a server's files: left out where the server is not this run's own. */
export function describeOnOwn(pairs: readonly Pair[], title: string, body: (pair: Pair) => void): void {
  for (const pair of pairs) describeWithOwnServers(needsOf(pair), titleOn(pair, title), () => body(pair));
}

function titleOn({ owner, requester, secured }: Pair, title: string): string {
  return `${title}, ${NAMES[owner]} to ${NAMES[requester]}${secured ? ', everything secured' : ''}`;
}

function needsOf({ owner, requester }: Pair): NeededServer[] {
  return owner === 'ravendb' || requester === 'ravendb' ? ['ravendb', 'nats'] : ['nats'];
}
