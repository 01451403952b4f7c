import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ContentMissingError, type ChangeCommand, type TaskKey, taskName } from '@nestjs-spark/contracts';
import type { Checkpoint } from '@nestjs-spark/contracts/internal';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { createBLAKE2b } from 'hash-wasm';
import { randomUUID } from 'node:crypto';
import { ensureDatabase } from '../connect/ensure-database.ts';
import { RavenHttp } from '../connect/raven-http.ts';
import type { RavenSettings } from '../connect/settings.ts';
import { RavenSourceExtras } from '../read-extras/source-extras.ts';
import { RavenChangeSink } from '../write/raven-change-sink.ts';

const TASK: TaskKey = { owner: 'Fleet', requester: 'HR', name: 'cars' };
const NAME = taskName(TASK);
const CONTENTS: Record<string, string> = { one: 'the first', other: 'another', empty: '' };

const log = {
  openContent: async (name: string) => {
    const content = CONTENTS[name];
    if (content === undefined) return null;
    return (async function* () {
      yield Buffer.from(content);
    })();
  },
};

describeWithServers(['ravendb'], 'Attachments, counters and time series at a real target', () => {
  let http: RavenHttp;
  let target: RavenChangeSink;
  let extras: RavenSourceExtras;
  let settings: RavenSettings;
  let to = 0;

  beforeAll(async () => {
    settings = { urls: [testServers().ravendbUrl], database: `extras-${randomUUID().slice(0, 8)}` };
    http = new RavenHttp(settings);
    await ensureDatabase(http, settings, { create: true });
    target = new RavenChangeSink(settings);
    extras = new RavenSourceExtras(http);
  });
  afterAll(async () => {
    await target.close();
    const database = { DatabaseNames: [settings.database], HardDelete: true };
    await http.sendJson('DELETE', '/admin/databases', database);
    await http.close();
  });

  const apply = async (...commands: ChangeCommand[]): Promise<void> => {
    const stored = await target.readCheckpoint(NAME);
    await target.apply(commands, checkpointAt(++to), stored?.version ?? null, log);
  };
  const metadataOf = async (id: string) => {
    const answer = await http.getJson<{ Results: { '@metadata': Record<string, unknown> }[] }>(
      http.path('/docs', { id }),
    );
    return answer?.Results[0]?.['@metadata'] ?? null;
  };
  const contentOf = async (id: string, name: string): Promise<string | null> => {
    const found = await extras.openAttachment(id, name);
    return found && Buffer.concat(await Array.fromAsync(found.content)).toString('utf8');
  };

  it('come with their document, and again without a content that is there already', async () => {
    await apply(
      put('cars/1'),
      await attachments('cars/1', ['a', 'one'], ['b', 'empty']),
      counters('cars/1', '5'),
    );
    expect([await contentOf('cars/1', 'a'), await contentOf('cars/1', 'b')]).toEqual(['the first', '']);
    const again = await attachments('cars/1', ['a', 'one'], ['c', 'other']);
    const [known] = again.attachments;
    if (known) known.content = null;
    await apply(put('cars/1'), again, counters('cars/1', '5'));
    expect([await contentOf('cars/1', 'a'), await contentOf('cars/1', 'c')]).toEqual([
      'the first',
      'another',
    ]);
    expect(await contentOf('cars/1', 'b')).toBeNull();
    expect(await extras.counters([{ id: 'cars/1', names: ['km'] }])).toEqual([[{ name: 'km', value: '5' }]]);
  });

  it('refuse the copy that RavenDB could not return with them, and no other', async () => {
    const before = await target.readCheckpoint(NAME);
    const unreadable = await attachments('cars/3', ['\u1e9e"', 'one']);
    const typed = await attachments('cars/4', ['a', 'one']);
    for (const one of typed.attachments) one.contentType = 'text/\u1e9e\\';
    const fine = await attachments('cars/5', ['"\u1e9e', 'one']);
    const documents = ['cars/3', 'cars/4', 'cars/5'].map(put);
    const refused = apply(...documents, unreadable, typed, fine);
    await expect(refused).rejects.toThrow('the name of its attachment "\u1e9e\\"" has "\\""');
    await expect(refused).rejects.toMatchObject({
      refusals: [{ documentId: 'cars/3' }, { documentId: 'cars/4' }],
    });
    expect(await target.readCheckpoint(NAME)).toEqual(before);
    await apply(put('cars/5'), fine);
    expect(await contentOf('cars/5', '"\u1e9e')).toBe('the first');
  });

  it('in the same set for a copy that is already there, without a put', async () => {
    await apply(counters('cars/1', '9223372036854775807'), series('cars/1', '2026-01-01T00:00:00.000Z', 1));
    await apply(series('cars/1', '2026-01-01T00:00:00.000Z', 2));
    expect(await extras.counters([{ id: 'cars/1', names: ['km'] }])).toEqual([
      [{ name: 'km', value: '9223372036854775807' }],
    ]);
    expect(await extras.timeSeries('cars/1', 'Speed', null, null)).toMatchObject([{ values: [2] }]);
  });

  it('are not hung on what the module owns, nor on what is not there', async () => {
    const own = { Mine: true, '@metadata': { '@collection': 'Cars' } };
    await http.sendJson('PUT', http.path('/docs', { id: 'cars/own' }), own);
    await apply(
      counters('cars/own', '5'),
      counters('cars/none', '5'),
      await attachments('cars/own', ['a', 'one']),
    );
    expect(await metadataOf('cars/own')).not.toHaveProperty('@counters');
    expect(await metadataOf('cars/own')).not.toHaveProperty('@attachments');
    expect(await metadataOf('cars/none')).toBeNull();
  });

  it.each([
    ['is gone', 'nowhere', null],
    ['is not what its hash says', 'other', 'one'],
    ['was said to be there, and is not', null, 'one'],
  ])('write nothing at all when a content %s', async (_what, content, hashOf) => {
    const before = await target.readCheckpoint(NAME);
    const command = await attachments('cars/2', ['a', hashOf ?? 'one']);
    for (const one of command.attachments) one.content = content;
    await expect(apply(put('cars/2'), command)).rejects.toThrow(ContentMissingError);
    expect(await metadataOf('cars/2')).toBeNull();
    expect(await target.readCheckpoint(NAME)).toEqual(before);
  });

  it('do not hold the rest of the set back, when the copy that they are for goes meanwhile', async () => {
    const [going, coming] = ['cars/going', 'cars/coming'];
    await apply(put(going));
    const stored = await target.readCheckpoint(NAME);
    const removing = {
      openContent: async (name: string) => {
        await http.request({ method: 'DELETE', path: http.path('/docs', { id: going }) });
        return log.openContent(name);
      },
    };
    const hung = await attachments(going, ['b', 'other']);
    const commands = [put(coming), await attachments(coming, ['a', 'one']), hung];
    const version = await target.apply(commands, checkpointAt(++to), stored?.version ?? null, removing);
    expect(await target.readCheckpoint(NAME)).toMatchObject({ version, checkpoint: { to } });
    expect(await contentOf(coming, 'a')).toBe('the first');
    expect(await metadataOf(going)).toBeNull();
  });

  it('stay when a put says nothing of them, and go with their document', async () => {
    await apply(put('cars/1'));
    expect(await contentOf('cars/1', 'a')).toBe('the first');
    await apply({ type: 'delete', id: 'cars/1' });
    await apply(put('cars/1'));
    expect(await metadataOf('cars/1')).not.toHaveProperty('@attachments');
    expect(await metadataOf('cars/1')).not.toHaveProperty('@counters');
  });
});

function put(id: string): ChangeCommand {
  const metadata = { '@collection': 'Cars', 'spark-source': `Fleet/${id}`, 'spark-generation': 'HR/cars:1' };
  return { type: 'put', id, document: JSON.stringify({ A: 1, '@metadata': metadata }) };
}

async function attachments(id: string, ...wanted: [name: string, content: string][]) {
  const list = wanted.map(async ([name, content]) => {
    const hash = (await createBLAKE2b(256))
      .init()
      .update(CONTENTS[content] ?? '')
      .digest('binary');
    return {
      name,
      contentType: 'text/plain',
      hash: Buffer.from(hash).toString('base64'),
      size: 1,
      source: { id, name },
      content: content as string | null,
    };
  });
  return { type: 'attachments' as const, id, attachments: await Promise.all(list) };
}

function counters(id: string, value: string): ChangeCommand {
  return { type: 'counters', id, counters: [{ name: 'km', value }] };
}

function series(id: string, at: string, value: number): ChangeCommand {
  const entries = [{ at, values: [value], tag: null }];
  return { type: 'time-series', id, name: 'Speed', from: null, to: null, entries };
}

function checkpointAt(to: number): Checkpoint {
  return {
    name: NAME,
    generation: 1,
    incarnation: 'first',
    databaseId: 'db',
    to,
    live: true,
    script: 'x',
    witness: { number: 0, mark: '' },
    sequence: to,
    streamCreated: 'now',
    swept: true,
    setsApplied: to,
    documentsPut: 0,
    documentsDeleted: 0,
    readAt: 0,
    appliedAt: 0,
  };
}
