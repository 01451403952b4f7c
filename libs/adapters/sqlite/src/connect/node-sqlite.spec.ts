import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { StoreRefusedError } from '@nestjs-spark/contracts';
import { SqliteDatabase } from './sqlite-database.ts';

afterEach(() => void jest.restoreAllMocks());

describe("Node's SQLite", () => {
  it('is asked for when a file is opened; where Node has none, the error names the Node that does', async () => {
    const lookUp = jest.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined);
    const database = new SqliteDatabase({ path: ':memory:' });
    expect(lookUp).not.toHaveBeenCalled();
    const opened = database.read(({ databaseId }) => databaseId);
    await expect(opened).rejects.toThrow(StoreRefusedError);
    await expect(opened).rejects.toThrow('use Node 22.19 or newer');
  });
});
