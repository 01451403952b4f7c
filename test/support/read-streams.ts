import type { JetStreamConnection } from '@nestjs-spark/jetstream/internal';

/** All messages of every stream, headers included, as text. */
export function readStreams(connection: JetStreamConnection): Promise<Map<string, string>> {
  return connection.use(async ({ jsm }) => {
    const found = new Map<string, string>();
    for await (const { config, state } of jsm.streams.list()) {
      const texts: string[] = [];
      for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq; seq++) {
        const message = await jsm.streams.getMessage(config.name, { seq });
        if (message) texts.push(`${message.subject} ${String(message.header)} ${message.string()}`);
      }
      found.set(config.name, texts.join('\n'));
    }
    return found;
  });
}
