export { readCertificate, requireUsable, type CertificateText } from './connect/read-certificate.ts';
export { etlTaskName } from './etl-tasks/names.ts';
export type { CertificateSource, RavenCertificate, RavenSettings } from './connect/settings.ts';
export type { IndexDefinition } from './entities/ensure-indexes.ts';
