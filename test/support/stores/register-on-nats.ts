import { fromRegistryDocument, type RegistryDocument } from '@nestjs-spark/contracts/internal';
import { JetStreamConnection, JetStreamModuleRegistry } from '@nestjs-spark/jetstream/internal';

/** Makes a module known in the registry on NATS. */
export async function registerOnNats(url: string, document: RegistryDocument): Promise<void> {
  const silent = { debug() {}, log() {}, warn() {}, error() {} };
  const connection = new JetStreamConnection({ url, name: 'tests', log: silent });
  try {
    const information = fromRegistryDocument(document);
    if (information) await new JetStreamModuleRegistry({ connection }).register(information);
  } finally {
    await connection.close();
  }
}
