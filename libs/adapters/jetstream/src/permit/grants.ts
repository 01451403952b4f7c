/** What a user of NATS may do: subjects, which may contain wildcards. Everything else is refused by the server. */
export interface BusGrants {
  publish: readonly string[];
  subscribe: readonly string[];
}

/** All of them in one, each subject once. */
export function joinGrants(...grants: readonly BusGrants[]): BusGrants {
  const all = (kind: keyof BusGrants) => [...new Set(grants.flatMap((one) => one[kind]))];
  return { publish: all('publish'), subscribe: all('subscribe') };
}

export function mayPublish(...subjects: readonly string[]): BusGrants {
  return { publish: subjects, subscribe: [] };
}

const API = '$JS.API';

/** Reads all of a stream: whether it is there, single messages, and in order by consumers without a name of their own. */
export function readStream(stream: string): BusGrants {
  return mayPublish(
    `${API}.STREAM.INFO.${stream}`,
    `${API}.STREAM.MSG.GET.${stream}`,
    `${API}.DIRECT.GET.${stream}`,
    `${API}.DIRECT.GET.${stream}.>`,
    // With several filters, and with one.
    `${API}.CONSUMER.CREATE.${stream}`,
    `${API}.CONSUMER.CREATE.${stream}.>`,
    `${API}.CONSUMER.INFO.${stream}.*`,
    `${API}.CONSUMER.MSG.NEXT.${stream}.*`,
    `${API}.CONSUMER.DELETE.${stream}.*`,
    `$JS.FC.${stream}.>`,
  );
}

/** Reads single messages of these subjects of a stream, and whether it is there. */
export function readSubjects(stream: string, subjects: string): BusGrants {
  return mayPublish(`${API}.STREAM.INFO.${stream}`, `${API}.DIRECT.GET.${stream}.${subjects}`);
}

/** Takes and acknowledges the messages of one durable consumer, and makes it. */
export function consumeDurably(stream: string, consumer: string, subjects: string): BusGrants {
  return mayPublish(
    `${API}.STREAM.INFO.${stream}`,
    `${API}.CONSUMER.CREATE.${stream}.${consumer}.${subjects}`,
    `${API}.CONSUMER.INFO.${stream}.${consumer}`,
    `${API}.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
    `$JS.ACK.${stream}.${consumer}.>`,
  );
}

/** Removes single messages of a stream. A permission cannot say which. */
export function deleteMessages(stream: string): BusGrants {
  return mayPublish(`${API}.STREAM.MSG.DELETE.${stream}`);
}

/** Removes messages of a stream. A permission cannot say which. */
export function purgeStream(stream: string): BusGrants {
  return mayPublish(`${API}.STREAM.PURGE.${stream}`);
}

/** Asks for the account's figures, which answers whether JetStream works. */
export const ASK_FOR_FIGURES = mayPublish(`${API}.INFO`);
