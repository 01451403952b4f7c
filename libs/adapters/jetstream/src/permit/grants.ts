/** What a NATS user may do, as subjects that may contain wildcards. The server refuses everything else. */
export interface BusGrants {
  publish: readonly string[];
  subscribe: readonly string[];
}

/** All of them combined, each subject once. */
export function joinGrants(...grants: readonly BusGrants[]): BusGrants {
  const all = (kind: keyof BusGrants) => [...new Set(grants.flatMap((one) => one[kind]))];
  return { publish: all('publish'), subscribe: all('subscribe') };
}

export function mayPublish(...subjects: readonly string[]): BusGrants {
  return { publish: subjects, subscribe: [] };
}

const API = '$JS.API';

/** Reads all of a stream: its existence, single messages, and in order through ephemeral consumers. */
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

/** Reads single messages of these subjects of a stream, and the stream's existence. */
export function readSubjects(stream: string, subjects: string): BusGrants {
  return mayPublish(`${API}.STREAM.INFO.${stream}`, `${API}.DIRECT.GET.${stream}.${subjects}`);
}

/** Creates one durable consumer, and takes and acknowledges its messages. */
export function consumeDurably(stream: string, consumer: string, subjects: string): BusGrants {
  return mayPublish(
    `${API}.STREAM.INFO.${stream}`,
    `${API}.CONSUMER.CREATE.${stream}.${consumer}.${subjects}`,
    `${API}.CONSUMER.INFO.${stream}.${consumer}`,
    `${API}.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
    `$JS.ACK.${stream}.${consumer}.>`,
  );
}

/** Removes single messages of a stream. A permission cannot restrict which ones. */
export function deleteMessages(stream: string): BusGrants {
  return mayPublish(`${API}.STREAM.MSG.DELETE.${stream}`);
}

/** Purges messages of a stream. A permission cannot restrict which ones. */
export function purgeStream(stream: string): BusGrants {
  return mayPublish(`${API}.STREAM.PURGE.${stream}`);
}

/** Requests the account's figures, which shows whether JetStream works. */
export const ASK_FOR_FIGURES = mayPublish(`${API}.INFO`);
