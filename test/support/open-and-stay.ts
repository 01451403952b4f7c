import { SqliteDatabase } from '@nestjs-spark/sqlite/internal';

// Opens the file and says so before and after, to be killed in between.
const database = new SqliteDatabase({ path: process.argv[2] ?? '' });
process.stdout.write('opening\n');
await database.read(() => null);
process.stdout.write('open\n');
setInterval(() => undefined, 1_000);
