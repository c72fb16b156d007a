import type { Pool } from 'pg';
import type { Access } from '../auth/access.ts';
import { briefCache } from '../auth/brief-cache.ts';
import type { ContextModule } from '../module.ts';
import type { PublishedCatalogue } from '../published/catalogue.ts';
import type { Amounts } from '../published/publisher.ts';
import type { Services } from '../services.ts';
import { type ChannelDeclaration, channelTable, listenPermission } from './channel.ts';
import { platformChannels } from './channels.ts';
import { attachGateway, type Gateway, type UpgradingServer } from './gateway.ts';
import { realtimeRoutes } from './http/realtime-routes.ts';
import { type Hub, type HubLimits, startHub } from './hub.ts';
import type { Latest } from './latest.ts';
import { realtimeProblems } from './problems.ts';
import { createSigner } from './signature.ts';
import type { AccountsOfParties } from './standings.ts';

/** What the context needs of the others. */
export interface RealtimePorts {
  /** What all contexts declare; asked for late, since whoever wires them knows it only when all are wired. */
  readonly published: () => PublishedCatalogue;
  readonly channels: () => readonly ChannelDeclaration[];
  readonly latest: () => readonly Latest[];
  /** Writers of amounts, which need the decimals of assets. */
  readonly amounts: Amounts;
  readonly access: Pick<Access, 'visibleAccounts'>;
  /** The accounts that many parties may see now. */
  readonly accountsOf: AccountsOfParties;
  /** Key that all processes of the installation sign subscriptions with. */
  readonly signingKey: () => Uint8Array;
}

/** What a process gives it. */
export interface RealtimeOptions {
  /** As finaegis_read. */
  readonly readPool: Pool;
  /** As finaegis_system. */
  readonly systemPool: Pool;
  readonly onError?: ((error: unknown) => void) | undefined;
  readonly limits?: Partial<HubLimits> | undefined;
}

/** Tells what is committed to those who are connected to this process. */
export interface Realtime extends Pick<Hub, 'wake' | 'close' | 'listeners'> {
  /** Takes WebSocket connections of a server; to be closed before the server is. */
  attach(server: UpgradingServer, options?: Pick<Parameters<typeof attachGateway>[1], 'onClosed' | 'limits'>): Gateway;
}

/** The context, with the work that it does by itself. */
export interface RealtimeModule extends ContextModule {
  start(options: RealtimeOptions): Realtime;
}

/** The context `realtime`: what happens, told to those who are connected as it happens. */
export const createRealtimeModule = (services: Services, ports: RealtimePorts): RealtimeModule => {
  const signer = createSigner(ports.signingKey);
  let hub: Hub | undefined;
  const channels = (): ReturnType<typeof channelTable> => channelTable(ports.channels());
  let table: ReturnType<typeof channelTable> | undefined;
  const ofAll = (): ReturnType<typeof channelTable> => (table ??= channels());
  const now = (): number => Date.parse(services.now());
  return {
    name: 'realtime',
    events: [],
    tables: [],
    views: [],
    commands: [],
    checked: [],
    channels: platformChannels,
    routes: realtimeRoutes({ services, access: ports.access, channels: ofAll, signer, hub: () => hub }),
    permissions: [listenPermission],
    problems: realtimeProblems,
    start: (options) => {
      const { accountsOf, amounts } = ports;
      const { catalogue, positions } = services;
      const its = startHub({
        ...options,
        accountsOf,
        amounts,
        catalogue,
        positions,
        now,
        published: ports.published(),
        latest: ports.latest(),
      });
      hub = its;
      const tenants = briefCache({
        load: (tenantId: string) => isActive(options.systemPool, tenantId),
        ageMaxMs: tenantAgeMaxMs,
        entriesMax: 10_000,
      });
      return {
        wake: () => its.wake(),
        get listeners() {
          return its.listeners;
        },
        attach: (server, more) =>
          attachGateway(server, {
            ...more,
            hub: its,
            signer,
            channels: ofAll(),
            positions,
            now,
            isTenant: (tenantId) => tenants.get(tenantId),
            onError: options.onError,
          }),
        close: () => its.close(),
      };
    },
  };
};

// Many connect at once; who may listen is looked at anew whatever this says.
const tenantAgeMaxMs = 300;

const isActive = async (systemPool: Pool, tenantId: string): Promise<boolean> => {
  const { rows } = await systemPool.query<{ status: string }>({
    name: 'realtime-tenant',
    text: 'select status from tenants where tenant_id = $1',
    values: [tenantId],
  });
  return rows[0]?.status === 'active';
};
