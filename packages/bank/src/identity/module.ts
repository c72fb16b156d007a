import type { ContextModule } from '@finaegis/platform/module';

/** The context `identity`: who works with the bank. */
export const createIdentityModule = (): ContextModule => ({
  name: 'identity',
  events: [],
  tables: [],
  views: [],
  commands: [],
  checked: [],
  routes: [],
  problems: {},
});
