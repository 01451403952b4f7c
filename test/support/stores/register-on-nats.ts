import { fromRegistryDocument, type RegistryDocument } from '@nestjs-spark/contracts/internal';
import { JetStreamModuleRegistry } from '@nestjs-spark/jetstream/internal';
import { onNats } from '../on-nats.ts';

/** Makes a module known in the registry on NATS. */
export async function registerOnNats(url: string, document: RegistryDocument): Promise<void> {
  const information = fromRegistryDocument(document);
  if (!information) return;
  await onNats(url, (connection) => new JetStreamModuleRegistry({ connection }).register(information));
}
