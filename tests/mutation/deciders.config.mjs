import { notDecisions, shared } from './shared.mjs';

export default {
  ...shared('deciders'),
  mutate: [
    'packages/bank/src/ledger/{account,entity,hold,journal,quote,repair}/*.ts',
    'packages/bank/src/ledger/{balance,book,terms}.ts',
    'packages/bank/src/account/{account,identifier,product,standing-order,statement}/*.ts',
    'packages/bank/src/account/deposit.ts',
    'packages/bank/src/party/{mandate,party}/*.ts',
    'packages/bank/src/asset/{asset,rate}/*.ts',
    'packages/bank/src/custodian/{allocation,bank,break,day,reconciliation,transfer}/*.ts',
    'packages/bank/src/custodian/{cut-off,health}.ts',
    'packages/bank/src/cgo/{investment,numbering,round}/*.ts',
    'packages/bank/src/payment/{inbox,incoming,outgoing,request,work-item}/*.ts',
    // What creating a payment asks and locks.
    '!packages/bank/src/payment/outgoing/creation.ts',
    ...notDecisions,
  ],
  // What runs only while a module is loaded is declaration: lists of events, tables of codes, schemas. Each such mutant would take a run of
  // all tests that load it; golden files and the published OpenAPI hold these.
  ignoreStatic: true,
};
