export type { CertificateSource, RavenCertificate, RavenSettings } from './connect/settings.ts';
export type { IndexDefinition } from './entities/ensure-indexes.ts';
