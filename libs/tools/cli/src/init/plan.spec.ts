import { describe, expect, it } from '@jest/globals';
import { CliError } from '../cli-error.ts';
import { planInit, type Files } from './plan.ts';
import { readWish, type Wish } from './wish.ts';

/** What `nest new orders` writes, as far as it is read here. */
function freshApplication(nest: 11 | 12): Map<string, string> {
  const extension = nest === 12 ? '.js' : '';
  const manifest = {
    name: 'my-orders',
    version: '0.0.1',
    ...(nest === 12 ? { type: 'module' } : {}),
    scripts: { start: 'nest start' },
    dependencies: { '@nestjs/common': `^${nest}.0.1`, '@nestjs/core': `^${nest}.0.1`, rxjs: '^7.8.1' },
    devDependencies: { typescript: '^5.7.3' },
  };
  return new Map([
    ['package.json', `${JSON.stringify(manifest, null, 2)}\n`],
    [
      'src/app.module.ts',
      `import { Module } from '@nestjs/common';
import { AppController } from './app.controller${extension}';
import { AppService } from './app.service${extension}';

@Module({
  imports: [],
  controllers: [AppController],
  providers: [AppService],
})
export class AppModule {}
`,
    ],
    [
      'src/main.ts',
      `import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module${extension}';

async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  await app.listen(process.env.PORT ?? 3000);
}
${nest === 12 ? 'await ' : ''}bootstrap();
`,
    ],
  ]);
}

const wish = (...argv: string[]): Wish => {
  const read = readWish(argv);
  if (!read) throw new Error('it asks for help');
  return read;
};
const ORIGIN = { version: '1.2.3', isRepository: false };
const SHARE = wish('share', 'Order', '--with', 'Billing', '--fields', 'sku,amount:number');
const plan = (asked: Wish, files: Files) => planInit(asked, files, ORIGIN);
const after = (asked: Wish, files: Files) => new Map([...files, ...plan(asked, files).files]);
const withModule = (source: string) => new Map([...freshApplication(12), ['src/app.module.ts', source]]);

describe('a fresh application', () => {
  it('on Nest 12 becomes an owner, and every other line stays', () => {
    const files = after(SHARE, freshApplication(12));
    expect(files.get('src/app.module.ts')).toBe(`import { Module } from '@nestjs/common';
import { AppController } from './app.controller.js';
import { AppService } from './app.service.js';
import { ConfigModule } from '@nestjs/config';
import { SparkModule } from '@nestjs-spark/core';
import { Order } from './order.js';

@Module({
  imports: [
    ConfigModule.forRoot(),
    SparkModule.forRoot({ moduleName: 'MyOrders' }),
    SparkModule.forFeature([Order]),
  ],
  controllers: [AppController],
  providers: [AppService],
})
export class AppModule {}
`);
    expect(files.get('src/order.ts')).toBe(`import { Entity, Shared } from '@nestjs-spark/core';

@Entity()
@Shared({ with: ['Billing'] })
export class Order {
  sku!: string;
  amount!: number;
}
`);
    expect(files.get('src/main.ts')).toContain(
      `NestFactory.create(AppModule);\n  app.enableShutdownHooks();\n  await app.listen(`,
    );
    expect(files.get('.env')).toBe(
      'SPARK_STORE=sqlite:.spark/data/MyOrders.db\nNATS_URL=nats://127.0.0.1:4222\n',
    );
    expect(files.get('.gitignore')).toBe('.env\n.spark/\n');
    expect(JSON.parse(files.get('package.json') ?? '')).toEqual({
      name: 'my-orders',
      version: '0.0.1',
      type: 'module',
      scripts: { start: 'nest start' },
      dependencies: {
        '@nestjs-spark/core': '^1.2.3',
        '@nestjs/common': '^12.0.1',
        '@nestjs/config': '^12.0.0',
        '@nestjs/core': '^12.0.1',
        rxjs: '^7.8.1',
      },
      devDependencies: { typescript: '^5.7.3' },
    });
  });

  it('on Nest 11, in CommonJS, becomes a requester with the packages of its own version', () => {
    const asked = wish(
      'copy',
      'Orders',
      '--from',
      'Shop',
      '--fields',
      'sku',
      '--module',
      'Billing',
      '--port',
      '3001',
    );
    const files = after(asked, freshApplication(11));
    expect(files.get('src/app.module.ts')).toContain(`import { Order } from './order';`);
    expect(files.get('src/order.ts')).toContain(
      `@Replicated({ sourceModule: 'Shop', sourceCollection: 'Orders', fields: ['sku'] })\nexport class Order {`,
    );
    expect(files.get('.env')).toMatch(/^PORT=3001\nSPARK_STORE=sqlite:\.spark\/data\/Billing\.db\n/);
    expect(JSON.parse(files.get('package.json') ?? '')).toMatchObject({
      dependencies: { '@nestjs/config': '^4.0.0' },
    });
  });

  it('on RavenDB has its address in .env', () => {
    const files = after({ ...SHARE, store: 'ravendb' }, freshApplication(12));
    expect(files.get('.env')).toMatch(/^SPARK_STORE=ravendb\nRAVENDB_URLS=http:\/\/127\.0\.0\.1:8080\n/);
  });
});

describe('an application that has something already', () => {
  it('is told what to put on a class that only keeps copies, before it shares it', () => {
    const files = freshApplication(12);
    const copies = planInit(wish('copy', 'Orders', '--from', 'Shop'), files, ORIGIN).files;
    const both = new Map([...files, ...copies]);
    const { next } = planInit(wish('share', 'Order', '--with', 'Billing'), both, ORIGIN);
    expect(next[0]).toBe("put @Shared({ with: ['Billing'] }) on Order in src/order.ts");
  });

  it('does not change when it is asked the same again', () => {
    const once = after(SHARE, freshApplication(12));
    expect([...plan(SHARE, once).files.keys()]).toEqual([]);
  });

  it('gets one more class beside the first', () => {
    const once = after(SHARE, freshApplication(12));
    const module = plan(wish('share', 'Car', '--with', '*'), once).files.get('src/app.module.ts');
    expect(module).toContain(
      `    SparkModule.forFeature([Order]),\n    SparkModule.forFeature([Car]),\n  ],\n  controllers`,
    );
    expect(module?.match(/SparkModule\.forRoot/g)).toHaveLength(1);
    expect(module?.match(/import \{ SparkModule \}/g)).toHaveLength(1);
  });

  it('keeps its variables, its lines and its class', () => {
    const own = new Map([
      ...freshApplication(12),
      ['.env', 'NATS_URL=nats://bus:4222'],
      ['.gitignore', 'dist\n.env\n'],
      ['src/order.ts', 'export class Order {\n  mine!: string;\n}\n'],
    ]);
    const files = after(SHARE, own);
    expect(files.get('.env')).toBe('NATS_URL=nats://bus:4222\nSPARK_STORE=sqlite:.spark/data/MyOrders.db\n');
    expect(files.get('.gitignore')).toBe('dist\n.env\n.spark/\n');
    expect(files.get('src/order.ts')).toBe(own.get('src/order.ts'));
  });

  it.each([
    [
      `@Module({ imports: [A, B] })\nexport class AppModule {}`,
      /imports: \[A, B,\n {4}ConfigModule\.forRoot\(\),\n {4}SparkModule/,
    ],
    [
      `@Module({\n  imports: [\n    A,\n  ],\n})\nexport class AppModule {}`,
      /A,\n {4}ConfigModule\.forRoot\(\),/,
    ],
    [`@Module({ providers: [A] })\nclass AppModule {}`, /@Module\(\{\n {2}imports: \[\n {4}ConfigModule/],
    [
      `@Module({ imports: [ConfigModule.forRoot({ isGlobal: true }), SparkModule.forRootAsync(x)] })\nexport class AppModule {}`,
      /SparkModule\.forRootAsync\(x\),\n {4}SparkModule\.forFeature\(\[Order\]\)\] \}/,
    ],
  ])('has its modules beside what it imports: %s', (source, expected) => {
    const module = plan(SHARE, withModule(source)).files.get('src/app.module.ts');
    expect(module).toMatch(expected);
  });
});

describe('what does not look as expected is refused, and says what to do', () => {
  it.each([
    ['no module', withModule(''), /has no class AppModule with @Module/],
    [
      'metadata from elsewhere',
      withModule('@Module(metadata)\nclass AppModule {}'),
      /has no class AppModule/,
    ],
    [
      'a list from elsewhere',
      withModule('@Module({ imports: all })\nclass AppModule {}'),
      /not written as a list/,
    ],
    ['no TypeScript', withModule('@Module({'), /src\/app\.module\.ts cannot be read/],
    [
      'another SparkModule',
      withModule(`import { SparkModule } from './spark';\n@Module({})\nclass AppModule {}`),
      /SparkModule comes from \.\/spark there/,
    ],
    ['no package', new Map<string, string>(), /There is no package\.json here\. Run this in the folder/],
    [
      'another Nest',
      new Map([
        ...freshApplication(12),
        ['package.json', '{ "dependencies": { "@nestjs/core": "^10.0.0" } }'],
      ]),
      /@nestjs\/core of version 11 or 12/,
    ],
    [
      'another file of the class’s name',
      new Map([...freshApplication(12), ['src/order.ts', 'export const order = 1;']]),
      /src\/order\.ts exists and has no class Order/,
    ],
  ])('%s', (_, files, words) => {
    expect(() => plan(SHARE, files)).toThrow(CliError);
    expect(() => plan(SHARE, files)).toThrow(words);
  });

  it.each([
    [['share'], /which class/],
    [['own', 'Order'], /which class/],
    [['share', 'Order'], /--with Billing/],
    [['copy', 'Orders'], /--from Shop/],
    [['share', '9', '--with', 'B'], /cannot be the name of a class/],
    [['share', 'Order', '--with', 'B', '--fields', 'a:money'], /"a:money" is not a field/],
    [['share', 'Order', '--with', 'B', '--store', 'mongo'], /sqlite or ravendb/],
    [['share', 'Order', '--with', 'B', '--port', '70000'], /"70000" is not a port/],
    [['share', 'Order', '--colour', 'red'], /Unknown option "--colour"/],
  ])('the command line %j', (argv, words) => {
    expect(() => readWish(argv)).toThrow(words);
    expect(() => readWish(argv)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

it('an application in another folder is named where it lacks something', () => {
  const elsewhere = { ...SHARE, folder: '../my shop' };
  expect(() => plan(elsewhere, new Map())).toThrow(/^There is no package\.json in \.\.\/my shop\. Name /);
  const files = new Map([...freshApplication(12), ['src/app.module.ts', '']]);
  expect(() => plan(elsewhere, files)).toThrow(/^\.\.\/my shop\/src\/app\.module\.ts does not look/);
});

describe('a main.ts that makes the application in its own way', () => {
  it('has shutdown hooks after the whole call, however many lines it has', () => {
    const main = [
      'async function bootstrap() {',
      '  const app = await NestFactory.create<NestFastifyApplication>(',
      '    AppModule,',
      '    new FastifyAdapter(),',
      '  );',
      '  await app.listen(3000);',
      '}',
    ];
    const files = new Map([...freshApplication(12), ['src/main.ts', main.join('\n')]]);
    const expected = main.toSpliced(5, 0, '  app.enableShutdownHooks();').join('\n');
    expect(plan(SHARE, files).files.get('src/main.ts')).toBe(expected);
  });

  it('stays as it is, and the reader is told what to add', () => {
    const files = new Map([...freshApplication(12), ['src/main.ts', 'await start(AppModule);\n']]);
    const { files: written, next } = plan(SHARE, files);
    expect(written.has('src/main.ts')).toBe(false);
    expect(next.join('\n')).toContain('app.enableShutdownHooks()');
  });
});

it.each([
  ['copy', 'Orders', '--from', 'a b'],
  ['share', 'Order', '--with', "it's"],
  ['share', 'Order', '--with', '*', '--module', '1st'],
])('refuses a name that no module can have: %s %s %s %s', (...argv) => {
  expect(() => readWish(argv)).toThrow("is not a module's name");
});
