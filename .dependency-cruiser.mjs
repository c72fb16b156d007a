// Who may import whom (DESIGN, section 2). Each rule is proved by a violating file in tests/src/architecture/fixtures.
// The swc parser reads types as well: an `import type` counts like any other, which is what makes cycles of types visible.

// Tests, and the fixtures beside them, which are no part of the build.
const tests = '(?:\\.test\\.ts$|/fixtures/)';
// Beside the contexts lie the message formats they share, which are no context: packages/bank/src/iso20022.
const formats = '^packages/bank/src/iso20022/';
const context = '^packages/bank/src/(?!iso20022/)([^/]+)/';

// A folder of a context that is no other room is an aggregate. Sagas decide as well, and are held to the same purity.
const aggregates = `${context}(?!(?:http|views|sagas|adapters)/)[^/]+/`;
const deciding = `${context}(?!(?:http|views|adapters)/)[^/]+/`;
// Beside its deciders an aggregate keeps the handlers that say what a command locks: commands.ts.
const handlers = '/commands\\.ts$';

// What of the platform is shape and not I/O: how events, aggregates, handlers, locked rows, texts sealed for a command and fields on the wire are
// declared, and the pure deciders of `auth` about what may be given and what a login opens.
const pureOfPlatform =
  '^packages/platform/src/(?:event-store/(?:event|aggregate|personal-ref|sealed-text)|auth/(?:grant|role/terms|session/session)|command/(?:handler|locked-table)|saga/(?:saga|definition|commands)|http/amount)\\.ts$';

/** @type {import('dependency-cruiser').IForbiddenRuleType[]} */
const forbidden = [
  {
    name: 'kernel-imports-nothing-of-ours',
    comment: 'The kernel is what everyone speaks; whatever it imports, everyone imports.',
    severity: 'error',
    from: { path: '^packages/kernel/', pathNot: tests },
    to: { path: '^(?:packages|apps|benchmarks|tests|examples|scripts)/', pathNot: '^packages/kernel/' },
  },
  {
    name: 'kernel-runs-everywhere',
    comment: 'The kernel runs in browsers; what only Node has stands behind the #sha3 import.',
    severity: 'error',
    from: { path: '^packages/kernel/', pathNot: [tests, '^packages/kernel/src/sha3-node\\.ts$'] },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'sdk-imports-the-kernel-only',
    comment: 'Whoever builds on the platform installs the sdk without the platform.',
    severity: 'error',
    from: { path: '^packages/sdk/', pathNot: tests },
    to: { path: '^(?:packages|apps|benchmarks|tests|examples|scripts)/', pathNot: '^packages/(?:sdk|kernel)/' },
  },
  {
    name: 'sdk-runs-everywhere',
    comment: 'The sdk runs in browsers, which have nothing of Node.',
    severity: 'error',
    from: { path: '^packages/sdk/', pathNot: tests },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'platform-knows-no-bank',
    comment: 'The platform stores, moves and protects; it must serve a context nobody has thought of yet.',
    severity: 'error',
    from: { path: '^packages/platform/', pathNot: tests },
    to: { path: '^(?:packages|apps|benchmarks|tests|examples|scripts)/', pathNot: '^packages/(?:platform|kernel)/' },
  },
  {
    name: 'neighbours-by-contract',
    comment: "A context imports a neighbour's contract.ts only; a test may wire the neighbour's module as well.",
    severity: 'error',
    from: { path: context, pathNot: tests },
    to: {
      path: '^packages/bank/src/',
      pathNot: ['^packages/bank/src/$1/', '^packages/bank/src/[^/]+/contract\\.ts$', formats],
    },
  },
  {
    name: 'formats-know-no-context',
    comment:
      'Messages of banks are what they are whoever reads them: their folder knows the kernel and nothing of the bank.',
    severity: 'error',
    from: { path: formats, pathNot: tests },
    to: { path: '^(?:packages|apps|benchmarks|tests|examples|scripts)/', pathNot: ['^packages/kernel/', formats] },
  },
  {
    name: 'formats-read-themselves-only',
    comment:
      'A message is read from what it is given; of the machine its folder may open its own schemas, and nothing of npm but XML.',
    severity: 'error',
    from: { path: formats, pathNot: tests },
    to: {
      dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown', 'core'],
      pathNot: ['(?:^|/)node_modules/(?:saxes|xmllint-wasm)/', '^(?:node:)?(?:fs/promises|util)$', '^packages/'],
    },
  },
  {
    name: 'formats-at-the-edges',
    comment:
      'Messages are read and written where they come in and go out, by http and adapters; what decides speaks the words of the bank.',
    severity: 'error',
    from: { path: '^packages/bank/src/', pathNot: [tests, formats, `${context}(?:http|adapters)/`] },
    to: { path: formats },
  },
  {
    name: 'tests-of-a-context-by-the-doors',
    comment: 'A test reaches a neighbour through its two doors, contract.ts and module.ts.',
    severity: 'error',
    from: { path: `${context}.*${tests}` },
    to: {
      path: '^packages/bank/src/',
      pathNot: ['^packages/bank/src/$1/', '^packages/bank/src/[^/]+/(?:contract|module)\\.ts$', formats],
    },
  },
  {
    name: 'contract-is-light',
    comment: 'contract.ts imports kernel, zod and its own aggregates: whoever speaks to a context must not drag it in.',
    severity: 'error',
    from: { path: '^packages/bank/src/([^/]+)/contract\\.ts$' },
    to: {
      pathNot: [
        '^packages/kernel/',
        '(?:^|/)node_modules/zod/',
        '^packages/bank/src/$1/(?!(?:http|views|sagas|adapters)/|module\\.ts$)',
      ],
    },
  },
  {
    name: 'deciders-do-no-io',
    comment:
      'Aggregates, sagas and the words at the root of a context decide; from npm they may use zod and decimal.js.',
    severity: 'error',
    from: { path: [deciding, `${context}[^/]+$`], pathNot: tests },
    to: {
      dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown', 'core'],
      pathNot: ['(?:^|/)node_modules/(?:zod|decimal\\.js)/', '^packages/'],
    },
  },
  {
    name: 'deciders-know-the-shapes-only',
    comment: 'Of the platform, aggregates and sagas may import how things are declared, never what reads or writes.',
    severity: 'error',
    from: { path: deciding, pathNot: [tests, handlers] },
    to: { path: '^packages/platform/', pathNot: pureOfPlatform },
  },
  {
    name: 'handlers-use-the-services',
    comment:
      'Before a command is queued a handler may read and seal, through the services it is given and by no way of its own.',
    severity: 'error',
    from: { path: `${aggregates}commands\\.ts$` },
    to: {
      path: '^packages/platform/',
      pathNot: [
        pureOfPlatform,
        '^packages/platform/src/(?:services|event-store/personal-data|auth/sessions-table)\\.ts$',
      ],
    },
  },
  {
    name: 'aggregates-know-no-edge',
    comment: 'Data flows http → aggregate → views and sagas → adapters; an aggregate knows nothing around it.',
    severity: 'error',
    from: { path: aggregates, pathNot: [tests, handlers] },
    to: { path: '^packages/bank/src/$1/(?:(?:http|views|sagas|adapters)/|module\\.ts$)' },
  },
  {
    name: 'handlers-know-rows-only',
    comment: 'A handler names the rows it locks, which are views; of the other rooms it knows nothing either.',
    severity: 'error',
    from: { path: `${aggregates}commands\\.ts$` },
    to: { path: '^packages/bank/src/$1/(?:(?:http|sagas|adapters)/|module\\.ts$)' },
  },
  {
    name: 'bank-knows-no-framework',
    comment: 'Routes are data that the platform serves: changing the framework must not touch the bank.',
    severity: 'error',
    from: { path: '^packages/bank/' },
    to: { path: '(?:^|/)node_modules/(?:fastify|@fastify|fastify-[^/]+|pino|ws|commander|@opentelemetry)/' },
  },
  {
    name: 'apps-wire-modules',
    comment: 'module.ts is the door for the server; besides apps only the test kit and tests assemble a bank.',
    severity: 'error',
    from: { pathNot: ['^apps/', '^packages/testing/', '^tests/', tests] },
    to: { path: '^packages/bank/src/[^/]+/module\\.ts$' },
  },
  {
    name: 'nobody-imports-apps',
    comment: 'A package that imports an app could be used by that app only.',
    severity: 'error',
    from: { path: '^packages/', pathNot: ['^packages/testing/', tests] },
    to: { path: '^apps/' },
  },
  {
    name: 'product-needs-no-test-kit',
    comment: 'What is shipped must run without the tools that test it.',
    severity: 'error',
    from: { path: '^(?:packages/(?!testing/)|apps/)', pathNot: tests },
    to: { path: ['^packages/testing/', '(?:^|/)node_modules/(?:vitest|fast-check)/', tests] },
  },
  {
    name: 'doubles-know-nothing-of-ours',
    comment:
      'A double that shared our code would share our mistakes; it may be held against the bank only from outside.',
    severity: 'error',
    from: { path: '^packages/provider-doubles/' },
    to: { path: '^(?:packages|apps|benchmarks|tests|examples|scripts)/', pathNot: '^packages/provider-doubles/' },
  },
  {
    name: 'packages-know-no-double',
    comment: 'Whether a provider is real or a double is said by whoever starts the bank, never by its code.',
    severity: 'error',
    from: { path: '^packages/(?!provider-doubles/|testing/)', pathNot: tests },
    to: { path: '^packages/provider-doubles/' },
  },
  {
    name: 'no-cycles',
    comment: 'Two files that need each other are one file, or lack a third.',
    severity: 'error',
    from: {},
    to: { circular: true },
  },
  {
    name: 'everything-resolves',
    comment: 'An import that cannot be followed escapes every rule above.',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden,
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['(?:^|/)dist/', '^tests/src/architecture/fixtures/'] },
    enhancedResolveOptions: {
      conditionNames: ['source', 'node', 'import', 'types', 'default'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.mts', '.d.ts', '.js', '.mjs', '.json'],
    },
  },
};
