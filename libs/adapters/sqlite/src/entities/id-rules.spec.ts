import { describe, expect, it } from '@jest/globals';
import { DatabaseSync } from 'node:sqlite';
import { ravenKey, spellingsOf, sqliteKey } from '@nestjs-spark/contracts/internal';

const LETTERS = Array.from({ length: 0x11_000 }, (_, code) => String.fromCodePoint(code)).filter((letter) =>
  letter.isWellFormed(),
);

describe("SQLite's rule for ids", () => {
  it('is ours, for every letter', () => {
    const db = new DatabaseSync(':memory:');
    const lower = db.prepare('SELECT lower(?1) AS key, ?1 = ?2 COLLATE NOCASE AS same');
    for (let at = 0; at < LETTERS.length; at += 256) {
      const id = LETTERS.slice(at, at + 256).join('');
      expect({ ...lower.get(id, sqliteKey(id)) }).toEqual({ key: sqliteKey(id), same: 1 });
    }
    db.close();
  });

  it('finds all spellings of what is one id to RavenDB, and looks only where something begins so', () => {
    const there = ['cars/ä/k', 'cars/Ä/k', 'cars/Ä/\u212a', 'cars/ö', 'cars/é'].map(sqliteKey);
    let asked = 0;
    const exists = (prefix: string): boolean => {
      asked++;
      return there.some((key) => key.startsWith(prefix));
    };
    const found = spellingsOf('CARS/Ä/K', exists);
    expect(found.toSorted()).toEqual(there.filter((key) => ravenKey(key) === 'cars/ä/k').toSorted());
    expect(spellingsOf('cars/ü/äääääääääääääääääääääääää', exists)).toEqual([]);
    expect(asked).toBeLessThan(12);
    expect(spellingsOf('cars/1', exists)).toEqual(['cars/1']);
  });
});
