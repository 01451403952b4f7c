import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Log, ReplicaFile, settle, writerOf } from '../../testing/replica-file.ts';
import { drawOrigin } from '../carry/origin.ts';
import { sealManifest } from '../carry/seal-manifest.ts';
import { decodeManifest, encodeManifest, encodePart, linesOf, type Manifest } from '../carry/snapshot.ts';
import { ONE_EVENT } from '../../testing/one-event.ts';
import { Snapshots } from './snapshots.ts';

const NAME = 'snapshot/2/a/manifest';
const HERS = 'snapshot/2/stranger/manifest';

describe('A snapshot in a bucket to which a stranger may write', () => {
  let folder: string;
  let log: Log;
  let a: ReplicaFile;
  let empty: ReplicaFile;
  let snapshots: Snapshots;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'spark-signed-snapshots-'));
    log = new Log();
    a = await new ReplicaFile(folder, 'a', null).begin();
    empty = await new ReplicaFile(folder, 'empty', null).begin();
    await a.meet(log);
    await a.notes.put('notes/1', { title: 'one' });
    await settle(log, [a], true);
    await a.takeSnapshot(log);
    snapshots = new Snapshots(empty.writer, empty.store, log);
  });
  afterEach(async () => {
    for (const { database } of [a, empty]) await database.close();
    rmSync(folder, { recursive: true });
  });

  const manifest = (): Manifest => {
    const [bytes] = [...log.objects].flatMap(([name, content]) =>
      name.endsWith('/a/manifest') ? [content] : [],
    );
    const read = decodeManifest(bytes ?? null);
    if (!read) throw new Error('there is no snapshot');
    return read;
  };

  it('is taken from a node that has written in the log', async () => {
    expect(await snapshots.latest(log.state)).toMatchObject({ node: 'a', digests: [expect.any(String)] });
  });

  it('is not taken from the stranger, who has written nothing there, signed or not', async () => {
    const stranger = writerOf('stranger');
    // Further than the one of the node.
    await a.notes.put('notes/2', { title: 'two' });
    await settle(log, [a], true);
    const cut = log.state.lastSequence;
    const name = HERS.replace('2', String(cut));
    const forged = { ...manifest(), cut, node: 'stranger' };
    const origin = drawOrigin(stranger.signer.keyId);
    const of = manifest().origins.find(({ tail }) => tail > 0)?.origin ?? '';
    const { created, node, parts, origins } = forged;
    for (const bytes of [
      sealManifest(stranger, origin, name, forged),
      sealManifest(stranger, of, name, forged),
      encodeManifest({ created, node, cut, parts, origins }),
    ]) {
      log.objects.set(name, bytes);
      expect(await snapshots.latest(log.state)).toMatchObject({ node: 'a' });
    }
  });

  it('is not taken once its manifest is changed or is under another name', async () => {
    const { cut } = manifest();
    const name = NAME.replace('2', String(cut));
    const bytes = log.objects.get(name) ?? Buffer.from('');
    log.objects.delete(name);
    log.objects.set(name, Buffer.from(Buffer.from(bytes).toString().replace('"node":"a"', '"node":"b"')));
    expect(await snapshots.latest(log.state)).toBeNull();
    log.objects.delete(name);
    log.objects.set(name.replace('/a/', '/b/'), bytes);
    expect(await snapshots.latest(log.state)).toBeNull();
  });

  it('is not loaded with a part that its maker has not signed', async () => {
    const latest = await snapshots.latest(log.state);
    log.objects.set(`snapshot/${latest?.cut}/a/0`, await encodePart([linesOf([ONE_EVENT])]));
    await expect(latest && snapshots.load(latest)).rejects.toThrow('gone or damaged');
    expect(await empty.seen()).toEqual([]);
  });

  it('is taken unsigned, as earlier versions made it, only where there is no other', async () => {
    const { created, node, cut, parts, origins } = manifest();
    const name = NAME.replace('2', String(cut));
    log.objects.set(name, encodeManifest({ created, node, cut, parts, origins }));
    expect(await snapshots.latest(log.state)).toMatchObject({ node: 'a', cut });
  });
});
