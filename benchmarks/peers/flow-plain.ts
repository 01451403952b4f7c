import { Consumer, MessagesStreamModes, stringDeserializers } from '@platformatic/kafka';
import pg from 'pg';
import { measureFlow } from './flow.ts';

interface Person {
  id: number;
  age: number;
  name: string;
  city: string;
  at: number;
}

const WRITE = (table: string) => `
  WITH fence AS (UPDATE plain_checkpoints SET batch = $1, position = $2 WHERE name = 'bench' AND batch = $1::bigint - 1 RETURNING 1)
  INSERT INTO ${table} (id, age, name, city, at)
  SELECT * FROM unnest($3::bigint[], $4::int[], $5::text[], $6::text[], $7::bigint[]) WHERE EXISTS (SELECT 1 FROM fence)
  ON CONFLICT (id) DO UPDATE SET age = EXCLUDED.age, name = EXCLUDED.name, city = EXCLUDED.city, at = EXCLUDED.at`;

// Written as for this one flow only: no configurable transforms, no dead letters, no owner.
await measureFlow(async ({ brokers, url, topic, table, records, perBatch }) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(
    'CREATE TABLE IF NOT EXISTS plain_checkpoints (name text PRIMARY KEY, batch bigint, position bigint)',
  );
  await client.query(
    "INSERT INTO plain_checkpoints VALUES ('bench', 0, 0) ON CONFLICT (name) DO UPDATE SET batch = 0",
  );
  const consumer = new Consumer({
    clientId: 'plain',
    groupId: `plain-${table}`,
    bootstrapBrokers: [brokers],
    deserializers: stringDeserializers,
    maxBytes: 1024 * 1024,
    autocommit: false,
  });
  const offsets = [{ topic, partition: 0, offset: 0n }];
  const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.MANUAL, offsets });
  const text = WRITE(table);
  let read = 0;
  let batch = 0;
  let rows: Person[] = [];
  let inBatch = 0;
  for await (const { value, offset } of stream) {
    const person = JSON.parse(value) as Person;
    if (person.age > 18) rows.push(person);
    read += 1;
    inBatch += 1;
    if (inBatch < perBatch && read < records) continue;
    batch += 1;
    const columns = (['id', 'age', 'name', 'city', 'at'] as const).map((name) =>
      rows.map((row) => row[name]),
    );
    await client.query({ name: 'write', text, values: [batch, offset + 1n, ...columns] });
    rows = [];
    inBatch = 0;
    if (read >= records) break;
  }
  await consumer.close(true);
  await client.end();
});
