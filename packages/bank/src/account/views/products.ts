import type { Transaction } from '@finaegis/platform/database/transaction';
import type { ModuleTable } from '@finaegis/platform/module';
import type { StatementCycle } from '../product/events.ts';
import type { PublishProduct } from '../product/product.ts';

/** A version of a product as it was published. */
export interface ProductRow extends PublishProduct {
  readonly publishedAt: string;
}

interface StoredRow {
  readonly product: string;
  readonly version: number;
  readonly name: string;
  readonly statement_cycle: StatementCycle;
  readonly allows_overdraft: boolean;
  readonly assets: readonly string[] | null;
  readonly published_at: string;
}

/** Physical name of the table. */
export const productsName = 'account_products';

const ddl = (name: string): string => `create table ${name} (
  tenant_id uuid not null,
  product text not null,
  version integer not null,
  name text not null,
  statement_cycle text not null,
  allows_overdraft boolean not null,
  assets text[],
  published_at timestamptz(3) not null,
  primary key (tenant_id, product, version)
)`;

/** Versions of products, in the commit that publishes them. A version never changes, so nobody locks one. */
export const productsTable: ModuleTable<ProductRow> = {
  name: 'account.products',
  rank: 11,
  consumes: ['ProductPublished'],
  ddl: [{ name: productsName, create: ddl }],
  lock: async () => new Map<string, ProductRow>(),
  fold: (rows, { tenantId, data, bookedAt }) => {
    const published = data as unknown as PublishProduct;
    rows.set(tenantId, `${published.product} ${published.version}`, { ...published, publishedAt: bookedAt });
  },
  write: async (tx, { changed }) => {
    // Lists of assets differ in length, which an array of arrays cannot hold: they travel as JSON.
    if (changed.length > 0)
      await tx.query({
        name: 'write-products',
        text: `insert into ${productsName} (tenant_id, product, version, name, statement_cycle, allows_overdraft, assets, published_at)
          select v.tenant_id, v.product, v.version, v.name, v.statement_cycle, v.allows_overdraft,
            case when v.assets is null then null else array(select jsonb_array_elements_text(v.assets)) end, v.published_at
          from unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[], $6::bool[], $7::jsonb[], $8::timestamptz[])
            as v (tenant_id, product, version, name, statement_cycle, allows_overdraft, assets, published_at)`,
        values: [
          changed.map(({ tenantId }) => tenantId),
          changed.map(({ row }) => row.product),
          changed.map(({ row }) => row.version),
          changed.map(({ row }) => row.name),
          changed.map(({ row }) => row.statementCycle),
          changed.map(({ row }) => row.allowsOverdraft),
          changed.map(({ row }) => (row.assets === undefined ? null : JSON.stringify(row.assets))),
          changed.map(({ row }) => row.publishedAt),
        ],
      });
  },
};

/** All versions of all products, or of one: by product, newest first. */
export const readProducts = async (
  tx: Transaction,
  tenantId: string,
  product?: string,
): Promise<readonly ProductRow[]> => {
  const { rows } = await tx.query<StoredRow>({
    name: 'read-products',
    text: `select product, version, name, statement_cycle, allows_overdraft, assets, published_at from ${productsName}
      where tenant_id = $1 and ($2::text is null or product = $2) order by product, version desc`,
    values: [tenantId, product ?? null],
  });
  return rows.map((row) => ({
    product: row.product,
    version: row.version,
    name: row.name,
    statementCycle: row.statement_cycle,
    allowsOverdraft: row.allows_overdraft,
    ...(row.assets === null ? {} : { assets: row.assets }),
    publishedAt: row.published_at,
  }));
};
