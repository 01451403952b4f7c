import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreRefusedError, UnavailableError, VersionConflictError } from '@nestjs-spark/contracts';
import type { SettingsStore } from '@nestjs-spark/contracts/internal';
import type { OpenSettings, SettingsUnderTest } from './adapters/settings-under-test.ts';

export function settingsStoreConformance(adapter: SettingsUnderTest): void {
  describe(`SettingsStore of ${adapter.name}`, () => {
    const opened: OpenSettings[] = [];
    let open: OpenSettings;
    let store: SettingsStore;

    beforeEach(async () => {
      open = await adapter.open();
      opened.push(open);
      store = open.store();
    });
    afterAll(() => Promise.all(opened.map((one) => one.drop())));

    const written = async (text: string): Promise<string> => {
      const { revision } = await store.read();
      return store.write(text, revision);
    };

    it('has nothing at first', async () => {
      expect((await store.read()).text).toBeNull();
    });

    it('gives every instance what one of them has written, whatever the text is', async () => {
      const text = `{"ä":"\u{1f600} \\u0000","long":"${'x'.repeat(200_000)}"}`;
      const revision = await written(text);
      expect(await open.store().read()).toEqual({ text, revision });
    });

    it('lets the first of all that write in the same moment win, and tells the others', async () => {
      const { revision } = await store.read();
      const texts = ['one', 'two', 'three', 'four'];
      const results = await Promise.allSettled(texts.map((text) => open.store().write(text, revision)));
      const lost = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[];
      expect(lost.map(({ reason }) => reason instanceof VersionConflictError)).toEqual([true, true, true]);
      const won = texts.find((_, at) => results[at]?.status === 'fulfilled');
      expect((await store.read()).text).toBe(won);
    });

    it('does not write over what was written since', async () => {
      const { revision } = await store.read();
      await written('theirs');
      await expect(store.write('mine', revision)).rejects.toThrow(VersionConflictError);
      expect((await store.read()).text).toBe('theirs');
    });

    it('notices what another instance writes, and what was written before it waited', async () => {
      const revision = await written('one');
      const waiting = open.store().changed(revision, new AbortController().signal);
      await written('two');
      await waiting;
      await open.store().changed(revision, new AbortController().signal);
    });

    it('stops waiting when it is told to', async () => {
      const revision = await written('one');
      const ending = new AbortController();
      const waiting = store.changed(revision, ending.signal);
      ending.abort();
      await waiting;
    });

    it('can be written again after somebody has removed it', async () => {
      const revision = await written('one');
      await open.remove();
      const gone = await store.read();
      expect(gone.text).toBeNull();
      expect(gone.revision).not.toBe(revision);
      await store.write('two', gone.revision);
      expect((await open.store().read()).text).toBe('two');
    });

    it('says that it is unavailable when nobody answers', async () => {
      const away = await adapter.unreachable();
      await expect(away.store().read()).rejects.toThrow(UnavailableError);
      await expect(away.store().write('mine', '0')).rejects.toThrow(UnavailableError);
      await away.drop();
    });

    it('names the place without a secret', () => {
      expect(store.place).toMatch(/\w/);
      expect(store.place).not.toContain('canary');
    });

    const { withoutRights } = adapter;
    if (!withoutRights) return;
    it('says that it is refused without the right', async () => {
      const refused = await withoutRights();
      await expect(refused.store().write('mine', '0')).rejects.toThrow(StoreRefusedError);
      await refused.drop();
    });
  });
}
